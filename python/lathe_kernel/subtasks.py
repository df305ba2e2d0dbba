"""Handles of subtasks: an agent's run, or a tool call or a question that goes on beside cells."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, cast

from lathe_kernel import messages
from lathe_kernel.channel import Channel, Reply, close
from lathe_kernel.errors import LatheError, SubtaskFailed
from lathe_kernel.messages import Handler
from lathe_kernel.outcomes import Outcome
from lathe_kernel.protocol import OutcomeRecord
from lathe_kernel.results import restored

if TYPE_CHECKING:
    from lathe_kernel.background import Background

SubtaskKind = Literal["agent", "tool", "question"]
# What a tool's answer is, of the reply as a blocking call would have had it.
Reader = Callable[[Reply], Any]


class Subtask:
    """Work that goes on in lathe: `.result()` waits, and `await` does; also in a later cell."""

    def __init__(
        self,
        background: "Background",
        identifier: int | None,
        label: str,
        *,
        kind: SubtaskKind = "agent",
        notes: tuple[str, ...] = (),
        note: dict[str, Any] | None = None,
        reader: Reader | None = None,
    ) -> None:
        """Refer to work that lathe has accepted; without a number it is about to be handed in.

        `notes` tell of an agent's slice; `note` names a tool, which `reader` reads the answers of.
        """
        self._background = background
        self._id = identifier
        self._outcome: Outcome | None = None
        self._error: Exception | None = None
        self._reader = reader
        self.label = label
        self.kind: SubtaskKind = kind
        self.note = note
        self.notes = notes
        # The cells that its slice was made of, where `lathe.cells` made it.
        self.cells: list[int] = []

    @property
    def id(self) -> int:
        """Its number in the session."""
        if self._id is None:
            self._background.hand_in()
        assert self._id is not None
        return self._id

    @property
    def uri(self) -> str:
        """Where it is found again: `lathe.subtask(uri)`."""
        return f"subtask://{self.id}"

    @property
    def status(self) -> str:
        """How it stands now: running, or how it ended. Example: `subtask.status`."""
        return self._asked(0).status

    @property
    def progress(self) -> dict[str, Any]:
        """How far it is: an agent's turns, cells, tokens; what a tool's server says, if anything.

        Example: `subtask.progress.get("turns")`
        """
        return dict(self._background.listing([self.id])[0]["progress"])

    def outcome(self, timeout: float | None = None) -> Outcome:
        """Wait and return the outcome, whatever it is. Example: `subtask.outcome().reason`."""
        return self._asked(timeout)

    def result(self, timeout: float | None = None) -> Any:
        """Wait and return the value. Example: `lathe.delegate(…).result()`.

        Raises:
            SubtaskFailed: an agent's run ended without a value; `.status` and `.reason` say why.
            LatheError: a call or a question failed, as it would have without `.later`.
            TimeoutError: it was still running after `timeout` seconds.
        """
        return self.value_of(self._asked(timeout))

    def cancel(self) -> None:
        """Stop it; a tool's server is told. Example: `subtask.cancel()`."""
        close(self._background.channel.call("cancel", {"ids": [self.id]}).descriptors)

    def __await__(self) -> Generator[Any, None, Any]:
        """Wait without blocking other coroutines. Example: `await asyncio.gather(a, b)`."""
        return self._awaited().__await__()

    def __repr__(self) -> str:
        """Show where it is to be found, and how it ended, if that is known here."""
        known = "" if self._outcome is None else f", {self._outcome.status}"
        return f"Subtask({self.uri}, {_short(self.label)!r}{known})"

    # --- for the background ---------------------------------------------------------------------

    @property
    def given(self) -> int | None:
        """Its number, once lathe has given it one."""
        return self._id

    @property
    def is_known(self) -> bool:
        """Whether its outcome is here."""
        return self._outcome is not None

    def bind(self, identifier: int) -> None:
        """Take the number that lathe gave."""
        self._id = identifier

    def take(self, record: OutcomeRecord) -> None:
        """Keep an outcome that lathe told."""
        if self._outcome is not None or record["status"] == "running":
            return
        value, error = self._read(record)
        outcome = outcome_of(record, value)
        self._outcome, self._error = replace(outcome, notes=self.notes), error

    def value_of(self, outcome: Outcome) -> Any:
        """Return the value of its outcome.

        Raises:
            LatheError: it has none.
            TimeoutError: it still runs.
        """
        if outcome.status == "running":
            raise TimeoutError(
                f"subtask {self.label} is still running; wait longer or `cancel()` it."
            )
        if self._error is not None:
            raise self._error
        if outcome.ok:
            return outcome.value
        raise SubtaskFailed(self.label, outcome.status, outcome.reason or "no reason was given")

    async def _awaited(self) -> Any:
        if self._outcome is None:
            await self._background.ended(self)
        return self.value_of(self._asked(0))

    def _asked(self, seconds: float | None) -> Outcome:
        if self._outcome is None:
            channel = self._background.channel
            if seconds is None:
                record = attended(channel, [self.id])[0][0]
            else:
                record = records(channel, [self.id], seconds)[0]
            self.take(record)
            if self._outcome is None:
                return replace(outcome_of(record, None), notes=self.notes)
        return self._outcome

    def _read(self, record: OutcomeRecord) -> tuple[Any, Exception | None]:
        if self.kind == "agent":
            return restored(record.get("value"), self._background.channel), None
        if record.get("value") is None:
            reason = record.get("reason") or "no reason was given"
            return None, LatheError(str(record.get("code") or "tool_failed"), reason)
        if self.kind == "question":
            return record["value"]["value"], None
        try:
            return self._tool_value(record["value"]), None
        except LatheError as error:
            return None, error

    def _tool_value(self, value: dict[str, Any]) -> Any:
        descriptors: tuple[int, ...] = ()
        if "file" in value:
            descriptors = self._background.channel.call("tool_result", {"id": self.id}).descriptors
        if self._reader is None:
            self._reader = self._background.reader(self.note or {})
        return self._reader(Reply(value, descriptors))


def outcome_of(record: OutcomeRecord, value: Any) -> Outcome:
    """Return an outcome as lathe told it, with its value as it is read here."""
    return Outcome(
        record["id"],
        record["label"],
        record["status"],
        value,
        record.get("reason"),
        record.get("tokens"),
        record.get("seconds"),
        partial=record.get("partial"),
    )


def records(
    channel: Channel, identifiers: list[int], seconds: float | None, *, any_ended: bool = False
) -> list[OutcomeRecord]:
    """Return how subtasks stand once all have ended, or the time is up.

    With `any_ended` once one of them has ended; then those alone that have.
    """
    told, _ = _told(channel, {"ids": identifiers, "seconds": seconds, "any": any_ended})
    return _whole(channel, told)


def attended(
    channel: Channel, identifiers: list[int], handler: Handler | None = None
) -> tuple[list[OutcomeRecord], bool]:
    """Return how subtasks ended, once all have; what is urgent meanwhile goes to `handler`.

    Once that returns True they are cancelled, and true is returned beside.
    """
    stops = False
    while True:
        told, has_mail = _told(channel, {"ids": identifiers, "seconds": None, "mail": not stops})
        if has_mail and messages.told(channel, handler):
            close(channel.call("cancel", {"ids": identifiers}).descriptors)
            stops = True
        if all(one["status"] != "running" for one in told):
            return _whole(channel, told), stops


def of_plan(
    channel: Channel,
    identifiers: list[int],
    plan: dict[str, Any],
    handler: Handler | None,
    *,
    together: bool,
) -> tuple[list[OutcomeRecord], bool, bool]:
    """Return the subtask of a plan that is taken next, once one has ended, or all `together`.

    What is urgent meanwhile goes to `handler`; whether that returned True is returned beside, after
    whether the user may want the plan changed. In both cases none may have ended.
    """
    arguments = {"ids": identifiers, "seconds": None, "any": not together, "mail": True}
    while True:
        reply = _asked(channel, arguments | {"plan": plan})
        told = cast("list[OutcomeRecord]", reply["outcomes"])
        stops = bool(reply.get("mail")) and messages.told(channel, handler)
        ended = [one for one in told if one["status"] != "running"]
        is_over = len(ended) == len(identifiers) if together else bool(ended)
        if is_over or stops or reply.get("plan"):
            return _whole(channel, ended), bool(reply.get("plan")), stops


def _whole(channel: Channel, told: list[OutcomeRecord]) -> list[OutcomeRecord]:
    while left := [one["id"] for one in told if one.get("left")]:
        # Values that would have made the message too long.
        more = {one["id"]: one for one in _told(channel, {"ids": left, "seconds": 0})[0]}
        told = [more.get(one["id"], one) for one in told]
    return told


def _told(channel: Channel, arguments: dict[str, Any]) -> tuple[list[OutcomeRecord], bool]:
    value = _asked(channel, arguments)
    return cast("list[OutcomeRecord]", value["outcomes"]), bool(value.get("mail"))


def _asked(channel: Channel, arguments: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in arguments.items() if value is not False}
    reply = channel.call("wait", given)
    close(reply.descriptors)
    return cast("dict[str, Any]", reply.value)


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
