"""The part of the `lathe` object by which agents talk to each other."""

from lathe_kernel import messages
from lathe_kernel.channel import Channel
from lathe_kernel.errors import invalid
from lathe_kernel.messages import Message, Messages

_TIMEOUT = 60.0


class Talking:
    """Messages: small words and values from agent to agent; data goes into results and slices."""

    _channel: Channel

    def send(
        self,
        to: object,
        text: str = "",
        value: object = None,
        *,
        kind: str = "note",
        topic: str = "",
        important: bool = False,
    ) -> str:
        """Send a message to another agent while it works; return the message's id.

        Example: `lathe.send("all", "Fog explains JFK", {"confidence": 0.8}, kind="discovery")`

        `to` is a subtask or its label, "parent", or "all" that you may write to. Parent and child
        always may; subtasks of one delegation with `talk=True`. `kind` is note, discovery (what
        others should know), need (what you need of the receiver) or decision. It is read before
        the receiver's next turn; with `important=True` also while its code waits for subtasks.
        """
        arguments = {
            "to": messages.name_of(to),
            "kind": messages.checked_kind(kind),
            "text": text,
            "value": value,
            "topic": topic,
            "important": important,
        }
        return messages.sent(self._channel, arguments)

    def request(
        self,
        to: object,
        text: str,
        value: object = None,
        *,
        timeout: float = _TIMEOUT,
        topic: str = "",
    ) -> Message:
        """Ask another agent and wait for its reply, `.text` and `.value`.

        Example: `lathe.request("UA", "Which airport do you leave out?").text`

        The other replies from its own code, once its model has read the question.

        Raises:
            TimeoutError: no reply came within `timeout` seconds; ask for it with lathe.messages().
            LatheError: it has ended, or you may not write to it.
        """
        if not 0 < timeout <= 3_600:
            raise invalid(f"`timeout` is between 0 and 3600 seconds, not {timeout!r}.")
        arguments = {
            "to": messages.name_of(to),
            "kind": "request",
            "text": text,
            "value": value,
            "topic": topic,
        }
        identifier = messages.sent(self._channel, arguments)
        return messages.awaited(self._channel, identifier, timeout)

    def reply(self, message: Message | str, text: str = "", value: object = None) -> str:
        """Reply to a message that came to you.

        Example: `lathe.reply("coordinator/UA:1", "JFK", {"flights": 12})`; takes a message or its
        id.
        """
        identifier = message.id if isinstance(message, Message) else str(message)
        arguments = {"kind": "reply", "reply_to": identifier, "text": text, "value": value}
        return messages.sent(self._channel, arguments)

    def messages(self, all: bool = False) -> Messages:
        """Return the messages that nobody here has read yet; with `all` every one that ever came.

        Example: `[m.value for m in lathe.messages() if m.kind == "discovery"]`

        What you were shown between turns counts as read; `all=True` has it whole.
        """
        if all:
            return messages.everything(self._channel)
        return messages.read(self._channel)
