"""Subtasks: handing slices to agents and getting typed outcomes back."""

import re
import sys
from dataclasses import dataclass
from typing import Any

from lathe_kernel import messages
from lathe_kernel.background import Background
from lathe_kernel.channel import Channel, close
from lathe_kernel.choosing import Choice
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.kept import KeptFile, KeptFiles
from lathe_kernel.outcomes import Outcomes
from lathe_kernel.protocol import MAXIMUM_DESCRIPTORS, MAXIMUM_SLICE_FILES
from lathe_kernel.schema import Schema, schema_of
from lathe_kernel.slices import Slice, freeze
from lathe_kernel.subtasks import Subtask
from lathe_library import agent_rights, limits
from lathe_library.refusals import Refusal

_BATCH = 200
# Files that a slice may have even where many slices share one message.
_FILES = 16
_TOLD = 3
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True)
class InlineAgent:
    """An agent that is defined where it is used."""

    name: str
    instructions: str
    returns: Schema | None = None
    model: str | None = None
    limits: dict[str, int] | None = None
    tools: list[str] | None = None


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
    talk: bool | list[list[str]] | None = None
    # Labels of other subtasks that it may write to.
    talk_with: tuple[str, ...] = ()
    # The number of the handoff that it carries out.
    handoff: int | None = None
    # How its agent was chosen, where code named none.
    choice: Choice | None = None
    # The number of the specialist that lathe granted, its step, and what earlier steps found.
    specialist: int | None = None
    step: int = 1
    so_far: str | None = None


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
    talk: bool | list[list[str]] | None = None,
    choice: Choice | None = None,
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
        agent_of(agent if choice is None else choice.agent),
        task,
        schema_of(returns),
        model,
        parallel,
        max_turns,
        limits_of(within),
        budget,
        required,
        talk,
        choice=choice,
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
    background: Background, store: KeptFiles, shared: Request, items: list[tuple[str, object]]
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
        arguments = _arguments(shared, message.items)
        reply = background.channel.call("delegate", arguments, message.descriptors)
    finally:
        store.end()
    close(reply.descriptors)
    _tell(message.notes)
    return [
        background.started(int(one["id"]), str(one["label"]), notes)
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


def begun(
    background: Background, store: KeptFiles, shared: Request, items: list[tuple[str, object]]
) -> list[Subtask]:
    """Start a subtask per item and wait for none."""
    subtasks: list[Subtask] = []
    while len(subtasks) < len(items):
        first = len(subtasks)
        subtasks += started(background, store, shared, items[first : first + _BATCH])
        if shared.talk is not None and len(subtasks) < len(items):
            raise _too_many(background.channel, subtasks, len(items))
    return subtasks


def each(
    background: Background,
    store: KeptFiles,
    shared: Request,
    items: list[tuple[str, object]],
    handler: messages.Handler | None = None,
) -> Outcomes:
    """Run a subtask per item and wait for all of them; interrupted, it cancels what still runs.

    What is urgent and comes meanwhile goes to `handler`; once that returns True, what still runs is
    cancelled and what has not begun does not begin.
    """
    outcomes = Outcomes()
    stops = False
    while len(outcomes) < len(items) and not stops:
        first = len(outcomes)
        subtasks = started(background, store, shared, items[first : first + _BATCH])
        try:
            if shared.talk is not None and len(subtasks) < len(items):
                raise _too_many(background.channel, subtasks, len(items))
            stops = background.settle(subtasks, handler)
            outcomes.extend(one.outcome() for one in subtasks)
        except KeyboardInterrupt:
            identifiers = [one.id for one in subtasks]
            background.channel.call("cancel", {"ids": identifiers})
            raise
    return outcomes


def _too_many(channel: Channel, subtasks: list[Subtask], count: int) -> LatheError:
    close(channel.call("cancel", {"ids": [one.id for one in subtasks]}).descriptors)
    return LatheError(
        "limit",
        f"only {len(subtasks)} of {count} slices travel together, and only those that do can "
        "write to each other: hand over fewer or smaller slices, or leave out `talk`.",
    )


def _frozen(store: KeptFiles, label: str, value: object, files: int) -> Slice:
    try:
        return freeze(value, store, files)
    except LatheError as error:
        raise LatheError(error.code, f"slice {label!r}: {error.reason}") from None


def agent_of(agent: object) -> str | dict[str, Any]:
    """Return an agent as a `delegate` call names it.

    Raises:
        LatheError: it is no name, no `lathe.agent(…)` and no instructions.
    """
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
    talk: dict[str, Any] = {} if shared.talk is None else {"talk": shared.talk}
    if shared.talk_with:
        talk = {**talk, "talk_with": list(shared.talk_with)}
    handed = {} if shared.handoff is None else {"handoff": shared.handoff}
    chosen = {} if shared.choice is None else {"choice": shared.choice.as_json()}
    granted = (
        {}
        if shared.specialist is None
        else {"specialist": shared.specialist, "step": shared.step, "so_far": shared.so_far}
    )
    return (
        talk
        | handed
        | chosen
        | granted
        | {
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
    )
