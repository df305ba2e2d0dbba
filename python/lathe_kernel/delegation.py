"""Subtasks: handing slices to agents and getting typed outcomes back."""

import asyncio
import re
import sys
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError, SubtaskFailed, invalid
from lathe_kernel.kept import KeptFile, KeptFiles
from lathe_kernel.outcomes import Outcome, Outcomes
from lathe_kernel.protocol import MAXIMUM_DESCRIPTORS, MAXIMUM_SLICE_FILES, OutcomeRecord
from lathe_kernel.results import restored
from lathe_kernel.schema import Schema, schema_of
from lathe_kernel.slices import Slice, freeze
from lathe_library import agent_rights, limits
from lathe_library.refusals import Refusal

_BATCH = 200
# Files that a slice may have even where many slices share one message.
_FILES = 16
_TOLD = 3
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


@dataclass(frozen=True)
class InlineAgent:
    """An agent that is defined where it is used."""

    name: str
    instructions: str
    returns: Schema | None = None
    model: str | None = None
    limits: dict[str, int] | None = None
    tools: list[str] | None = None


class Subtask:
    """One run of an agent, with its own kernel and its own context. Await it, or call `result`."""

    def __init__(
        self, channel: Channel, identifier: int, label: str, uri: str, notes: tuple[str, ...] = ()
    ) -> None:
        """Refer to a subtask that the engine has accepted; `notes` tell of its slice."""
        self._channel = channel
        self._outcome: Outcome | None = None
        self.id = identifier
        self.label = label
        self.uri = uri
        self.notes = notes
        # The cells that its slice was made of, where `lathe.cells` made it.
        self.cells: list[int] = []

    @property
    def status(self) -> str:
        """How it stands now: running, or how it ended. Example: `subtask.status`."""
        return self._asked(0).status

    def outcome(self, timeout: float | None = None) -> Outcome:
        """Wait and return the outcome, whatever it is. Example: `subtask.outcome().reason`."""
        return self._asked(timeout)

    def result(self, timeout: float | None = None) -> Any:
        """Wait and return the value. Example: `lathe.delegate(…).result()`.

        Raises:
            SubtaskFailed: it ended without a value; `.status` and `.reason` say how and why.
            TimeoutError: it was still running after `timeout` seconds.
        """
        return self._value(self._asked(timeout))

    def cancel(self) -> None:
        """Stop it. Example: `subtask.cancel()`."""
        self._channel.call("cancel", {"ids": [self.id]})

    def __await__(self) -> Generator[Any, None, Any]:
        """Wait without blocking other coroutines. Example: `await asyncio.gather(a, b)`."""
        return self._awaited().__await__()

    def __repr__(self) -> str:
        """Show where it is to be found."""
        return f"Subtask({self.uri}, {self.label!r})"

    async def _awaited(self) -> Any:
        pause = _FIRST_PAUSE
        while (outcome := self._asked(0)).status == "running":
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        return self._value(outcome)

    def _asked(self, seconds: float | None) -> Outcome:
        if self._outcome is not None:
            return self._outcome
        outcome = replace(waited(self._channel, [self.id], seconds)[0], notes=self.notes)
        if outcome.status != "running":
            self._outcome = outcome
        return outcome

    def _value(self, outcome: Outcome) -> Any:
        if outcome.ok:
            return outcome.value
        if outcome.status == "running":
            raise TimeoutError(
                f"subtask {self.label} is still running; wait longer or `cancel()` it."
            )
        raise SubtaskFailed(self.label, outcome.status, outcome.reason or "no reason was given")


@dataclass(frozen=True)
class Request:
    """What every subtask of one delegation shares."""

    agent: str | dict[str, Any]
    task: str
    returns: Schema | None
    model: str | None
    parallel: int
    max_turns: int | None
    limits: dict[str, int] | None
    budget: dict[str, Any] | None
    required: bool


def request(
    agent: object,
    task: str,
    *,
    returns: object = None,
    model: str | None = None,
    parallel: int = 1,
    max_turns: int | None = None,
    within: object = None,
    budget: dict[str, Any] | None = None,
    required: bool = True,
) -> Request:
    """Return a checked request.

    Raises:
        LatheError: an argument that cannot be used.
    """
    if parallel < 1:
        raise invalid(f"`parallel` is at least 1, not {parallel}.")
    if max_turns is not None and max_turns < 1:
        raise invalid(f"`max_turns` is at least 1, not {max_turns}.")
    return Request(
        _agent(agent),
        task,
        schema_of(returns),
        model,
        parallel,
        max_turns,
        limits_of(within),
        budget,
        required,
    )


def limits_of(value: object) -> dict[str, int] | None:
    """Return limits as numbers.

    Raises:
        LatheError: a name or a value that is no limit; the reason names the mend.
    """
    try:
        return limits.checked(value)
    except Refusal as refusal:
        raise invalid(f"limits: {refusal}") from None


def patterns_of(value: object) -> list[str] | None:
    """Return patterns of the tools that an agent may call.

    Raises:
        LatheError: they have another form; the reason names the mend.
    """
    try:
        return agent_rights.tool_patterns(value)
    except Refusal as refusal:
        raise invalid(str(refusal)) from None


def started(
    channel: Channel, store: KeptFiles, shared: Request, items: list[tuple[str, object]]
) -> list[Subtask]:
    """Freeze the slices and start a subtask for each of the first items that fit one message.

    Raises:
        LatheError: a slice cannot be handed over, or the engine refused.
    """
    store.begin()
    try:
        message = _Message(store, max(_FILES, MAXIMUM_DESCRIPTORS // len(items)))
        for label, value in items:
            if not message.takes(label, value):
                break
        reply = channel.call("delegate", _arguments(shared, message.items), message.descriptors)
    finally:
        store.end()
    close(reply.descriptors)
    _tell(message.notes)
    return [
        Subtask(channel, int(one["id"]), str(one["label"]), str(one["uri"]), notes)
        for one, notes in zip(reply.value["subtasks"], message.notes, strict=True)
    ]


def _tell(notes: list[tuple[str, ...]]) -> None:
    """Say on the cell's standard error what of the slices was copied."""
    told = list(dict.fromkeys(note for one in notes for note in one))
    for note in told[:_TOLD]:
        count = sum(note in one for one in notes)
        print(f"[lathe: {count} of {len(notes)} slices: {note}]", file=sys.stderr)
    if len(told) > _TOLD:
        print(f"[lathe: {len(told) - _TOLD} more: see `.notes`]", file=sys.stderr)


class _Message:
    """The items of one `delegate` call and their files, each of which travels once."""

    def __init__(self, store: KeptFiles, files: int) -> None:
        self._store = store
        self._limit = min(files, MAXIMUM_SLICE_FILES)
        self._positions: dict[KeptFile, int] = {}
        self.items: list[dict[str, Any]] = []
        self.notes: list[tuple[str, ...]] = []

    @property
    def descriptors(self) -> list[int]:
        return [file.descriptor for file in self._positions]

    def takes(self, label: str, value: object) -> bool:
        """Add an item; false where its files no longer fit."""
        if value is None:
            self._add(label, None, ())
            return True
        piece = _frozen(self._store, label, value, self._limit)
        added = [file for file in piece.files if file not in self._positions]
        if len(self._positions) + len(added) > MAXIMUM_DESCRIPTORS:
            return False
        for file in added:
            self._positions[file] = len(self._positions)
        manifest = piece.manifest.copy()
        manifest["descriptors"] = [self._positions[file] for file in piece.files]
        self._add(label, manifest, piece.notes)
        return True

    def _add(self, label: str, manifest: object, notes: tuple[str, ...]) -> None:
        self.items.append({"label": label, "manifest": manifest})
        self.notes.append(notes)


def each(
    channel: Channel, store: KeptFiles, shared: Request, items: list[tuple[str, object]]
) -> Outcomes:
    """Run a subtask per item and wait for all of them; interrupted, it cancels what still runs."""
    outcomes = Outcomes()
    while len(outcomes) < len(items):
        first = len(outcomes)
        subtasks = started(channel, store, shared, items[first : first + _BATCH])
        identifiers = [one.id for one in subtasks]
        try:
            ended = waited(channel, identifiers, None)
        except KeyboardInterrupt:
            channel.call("cancel", {"ids": identifiers})
            raise
        notes = {one.id: one.notes for one in subtasks}
        outcomes.extend(replace(one, notes=notes[one.id]) for one in ended)
    return outcomes


def waited(channel: Channel, identifiers: list[int], seconds: float | None) -> Outcomes:
    """Return the outcomes once all have ended or the time is up."""
    reply = channel.call("wait", {"ids": identifiers, "seconds": seconds})
    close(reply.descriptors)
    records: list[OutcomeRecord] = reply.value["outcomes"]
    return Outcomes(
        Outcome(
            one["id"],
            one["label"],
            one["status"],
            restored(one.get("value"), channel),
            one.get("reason"),
            one.get("tokens"),
            one.get("seconds"),
            partial=one.get("partial"),
        )
        for one in records
    )


def _frozen(store: KeptFiles, label: str, value: object, files: int) -> Slice:
    try:
        return freeze(value, store, files)
    except LatheError as error:
        raise LatheError(error.code, f"slice {label!r}: {error.reason}") from None


def _agent(agent: object) -> str | dict[str, Any]:
    if isinstance(agent, InlineAgent):
        named = {
            "name": agent.name,
            "instructions": agent.instructions,
            "returns": agent.returns,
            "model": agent.model,
            "limits": agent.limits,
        }
        return named if agent.tools is None else {**named, "tools": agent.tools}
    if not isinstance(agent, str) or not agent.strip():
        raise invalid(
            "`agent` is the name of an agent in the library, `lathe.agent(…)`, or instructions."
        )
    text = agent.strip()
    if _NAME.match(text):
        return text
    words = re.findall(r"[a-z0-9]+", text.lower())[:4]
    name = "_".join(words) if words and words[0][0].isalpha() else "agent"
    return {"name": name, "instructions": text, "returns": None, "model": None, "limits": None}


def _arguments(shared: Request, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "agent": shared.agent,
        "task": shared.task,
        "items": items,
        "returns": shared.returns,
        "model": shared.model,
        "parallel": shared.parallel,
        "max_turns": shared.max_turns,
        "limits": shared.limits,
        "budget": shared.budget,
        "required": shared.required,
    }
