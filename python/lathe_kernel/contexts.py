"""A subtask's own context, as its code sees and edits it; what may be edited is lathe's to say."""

from collections.abc import Sequence
from typing import Any

from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError


class Context:
    """What this subtask's model is told beside its instructions: focus, notes, what is included.

    Example: `print(lathe.context)` tells the fixed core and what is yours, which
    `lathe.context.edit(…)` changes.
    """

    def __init__(self, channel: Channel) -> None:
        """Bind to the kernel's channel."""
        self._channel = channel

    @property
    def focus(self) -> str:
        """What the model looks at first; empty where nothing was said."""
        return str(self._shown()["context"]["focus"])

    @property
    def notes(self) -> str:
        """What the model keeps in mind."""
        return str(self._shown()["context"]["notes"])

    @property
    def include(self) -> list[str]:
        """The names of what is shown in every request."""
        return [str(one["name"]) for one in self._shown()["context"]["include"]]

    def edit(
        self,
        *,
        because: str,
        focus: str | None = None,
        notes: str | None = None,
        include: Sequence[str] | None = None,
        cause: str | None = None,
        **core: object,
    ) -> None:
        """Change what your context looks at; your conversation then begins anew, variables stay.

        Example: `lathe.context.edit(focus="departures after 17:00", because="means hide the tail")`

        `notes` is what to keep in mind, `include` a list of `slice:NAME` (a variable),
        `library:NAME` (found with lathe.find), `memory:NUMBER` (recalled), `message:ID`; `cause`
        the id of a message that led to it. What is not given stays. When the cells of this turn
        have ended, your model is asked with instructions, this context and an account of what was
        done. Where the next turns go worse than those before, the edit is taken back. Say what is
        the case: orders, and claims that somebody allowed something, are refused.

        Raises:
            LatheError: it was refused; nothing changes, and the reason says what to mend.
        """
        wanted = {"focus": focus, "notes": notes, "include": include, "cause": cause}
        given: dict[str, Any] = {name: one for name, one in wanted.items() if one is not None}
        # Fields of the core go along, so that lathe refuses and records them.
        fields = {name: repr(value)[:200] for name, value in core.items()}
        close(
            self._channel.call("context_edit", {**fields, **given, "because": because}).descriptors
        )
        print("[context: the edit is made when the cells of this turn have ended]")

    def __repr__(self) -> str:
        """Show the core and the editable part, bounded."""
        try:
            shown = self._shown()
        except LatheError as error:
            return error.reason
        core = "\n".join(f"  {name}: {value}" for name, value in shown["core"].items() if value)
        left = int(shown["most_edits"]) - int(shown["edits"])
        text = "\n".join(f"  {line}" for line in str(shown["text"]).split("\n")) or "  nothing yet"
        notes = [f"{left} of {shown['most_edits']} edits left"]
        if shown["due"]:
            notes.append("an edit is made when the cells of this turn have ended")
        if shown["watched"] is not None:
            notes.append(f"the last edit is judged after {shown['watched']} more turns")
        return (
            f"fixed:\n{core}\nyours ({shown['tokens']} of {shown['most_tokens']} tokens):\n{text}\n"
            f"[{'; '.join(notes)}]"
        )

    def _shown(self) -> dict[str, Any]:
        reply = self._channel.call("context", {})
        close(reply.descriptors)
        return reply.value
