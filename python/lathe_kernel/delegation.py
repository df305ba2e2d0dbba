"""Subtasks: handing slices to agents and getting typed outcomes back."""

import asyncio
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError, SubtaskFailed, invalid
from lathe_kernel.outcomes import Outcome, Outcomes
from lathe_kernel.protocol import Manifest, OutcomeRecord
from lathe_kernel.schema import Schema, schema_of
from lathe_kernel.slices import SliceCache
from lathe_library import limits
from lathe_library.refusals import Refusal

_BATCH = 200
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


class Subtask:
    """One run of an agent, with its own kernel and its own context. Await it, or call `result`."""

    def __init__(self, channel: Channel, identifier: int, label: str, uri: str) -> None:
        """Refer to a subtask that the engine has accepted."""
        self._channel = channel
        self._outcome: Outcome | None = None
        self.id = identifier
        self.label = label
        self.uri = uri

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
        outcome = waited(self._channel, [self.id], seconds)[0]
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


def started(
    channel: Channel, cache: SliceCache, shared: Request, items: list[tuple[str, object]]
) -> list[Subtask]:
    """Freeze the slices and start a subtask for each; at most one message's worth of items.

    Raises:
        LatheError: a slice cannot be handed over, or the engine refused.
    """
    descriptors: list[int] = []
    temporary: list[int] = []
    described: list[dict[str, Any]] = []
    try:
        for label, value in items:
            manifest: Manifest | None = None
            if value is not None:
                piece, is_temporary = _frozen(cache, label, value)
                manifest = _placed(piece.manifest, len(descriptors))
                descriptors.append(piece.descriptor)
                if is_temporary:
                    temporary.append(piece.descriptor)
            described.append({"label": label, "manifest": manifest})
        reply = channel.call("delegate", _arguments(shared, described), descriptors)
    finally:
        close(temporary)
    close(reply.descriptors)
    return [
        Subtask(channel, int(one["id"]), str(one["label"]), str(one["uri"]))
        for one in reply.value["subtasks"]
    ]


def each(
    channel: Channel, cache: SliceCache, shared: Request, items: list[tuple[str, object]]
) -> Outcomes:
    """Run a subtask per item and wait for all of them; interrupted, it cancels what still runs."""
    outcomes = Outcomes()
    for first in range(0, len(items), _BATCH):
        subtasks = started(channel, cache, shared, items[first : first + _BATCH])
        identifiers = [one.id for one in subtasks]
        try:
            outcomes.extend(waited(channel, identifiers, None))
        except KeyboardInterrupt:
            channel.call("cancel", {"ids": identifiers})
            raise
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
            one.get("value"),
            one.get("reason"),
            one.get("tokens"),
            one.get("seconds"),
        )
        for one in records
    )


def _placed(manifest: Manifest, position: int) -> Manifest:
    placed = manifest.copy()
    placed["descriptor"] = position
    return placed


def _frozen(cache: SliceCache, label: str, value: object) -> tuple[Any, bool]:
    try:
        return cache.frozen(value)
    except LatheError as error:
        raise LatheError(error.code, f"slice {label!r}: {error.reason}") from None


def _agent(agent: object) -> str | dict[str, Any]:
    if isinstance(agent, InlineAgent):
        return {
            "name": agent.name,
            "instructions": agent.instructions,
            "returns": agent.returns,
            "model": agent.model,
            "limits": agent.limits,
        }
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
    }
