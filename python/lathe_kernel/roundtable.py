"""Roundtables: opposed experts work on one question in rounds, each in a subtask of its own.

A round is a set of subtasks on the same data. What an expert said before is told to its next
subtask as text; its variables end with its kernel. All that a table costs is bounded by lathe
before the first expert is seated, and every step is a host call, so that a cell which is run
again goes the way it went.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from lathe_kernel import delegation, roundtable_texts
from lathe_kernel.background import Background
from lathe_kernel.channel import close
from lathe_kernel.delegation import Request as Delegation
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.kept import KeptFiles
from lathe_kernel.outcomes import Outcome
from lathe_kernel.roundtable_convening import Convener
from lathe_kernel.roundtable_forms import SAID, SYNTHESIS
from lathe_kernel.roundtable_record import (
    LEAST_SEATS,
    MAXIMUM_SEATS,
    ROUNDS,
    Brief,
    Challenge,
    Claim,
    Kind,
    Position,
    Record,
    Request,
    Seat,
    Stand,
    are_opposed,
    conceded,
    opened,
)
from lathe_kernel.roundtable_result import Roundtable
from lathe_kernel.subtasks import Subtask

EXPERT = "roundtable_expert"
SYNTHESISER = "roundtable_synthesiser"
_MAXIMUM_QUESTION = 4_000


@dataclass(frozen=True)
class Asked:
    """What was asked for, checked."""

    question: str
    data: object
    seats: tuple[int, int]
    rounds: int
    budget: dict[str, Any] | None
    model: str | None


def asked(
    question: str,
    data: object,
    seats: int | None,
    rounds: int,
    budget: dict[str, Any] | None,
    model: str | None,
) -> Asked:
    """Return a checked request.

    Raises:
        LatheError: an argument that cannot be used.
    """
    if not str(question).strip() or len(question) > _MAXIMUM_QUESTION:
        raise invalid(f"`question` is a text of 1 to {_MAXIMUM_QUESTION:,} characters.")
    if seats is not None and not LEAST_SEATS <= seats <= MAXIMUM_SEATS:
        raise invalid(f"`seats` is {LEAST_SEATS} to {MAXIMUM_SEATS}, not {seats!r}.")
    if not ROUNDS[0] <= rounds <= ROUNDS[1]:
        raise invalid(f"`rounds` is {ROUNDS[0]} to {ROUNDS[1]}, not {rounds!r}.")
    bounds = (seats, seats) if seats is not None else (LEAST_SEATS, MAXIMUM_SEATS)
    return Asked(question.strip(), data, bounds, rounds, budget, model)


class LeftEarly(Exception):
    """The table ends before its synthesis, for a reason that is told."""

    def __init__(self, status: str, reason: str) -> None:
        """Keep how it ends and why."""
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass
class Table:
    """One roundtable under way."""

    background: Background
    store: KeptFiles
    asked: Asked
    record: Record
    number: int = 0
    each: dict[str, Any] = field(default_factory=dict[str, Any])
    max_turns: int = 8

    def told(self, step: str, **arguments: Any) -> Any:
        """Tell lathe of a step, and return what it answers."""
        reply = self.background.channel.call("roundtable", {"step": step, **arguments})
        close(reply.descriptors)
        return reply.value

    @property
    def present(self) -> list[Seat]:
        """Who has not left the table."""
        gone = {one["seat"] for one in self.record["failures"]}
        return [one for one in self.record["seats"] if one["key"] not in gone]


def run(background: Background, store: KeptFiles, what: Asked) -> Roundtable:
    """Hold a roundtable, from the choice of its experts to its synthesis.

    Raises:
        LatheError: it may not begin, or the budget has no room for it; nothing was spent then.
    """
    table = Table(background, store, what, opened(what.question))
    begun = table.told(
        "open",
        question=what.question,
        seats=list(what.seats),
        rounds=what.rounds,
        budget=what.budget,
        model=what.model,
    )
    table.number, table.each = int(begun["table"]), dict(begun["each"])
    table.max_turns = int(begun["max_turns"])
    print(f"[{begun['told']}]")
    synthesis: dict[str, Any] | None = None
    status, reason = "complete", ""
    try:
        _hold(table)
        synthesis = _synthesis(table)
    except LeftEarly as early:
        status, reason = early.status, early.reason
    result = Roundtable(table.number, table.record, what.rounds, synthesis, status, reason)
    table.told("close", table=table.number, status=status, reason=reason, **_counts(result))
    return result


def _counts(result: Roundtable) -> dict[str, Any]:
    return {
        "consensus": len(result.consensus),
        "dissent": len(result.dissent),
        "failed": [one["seat"] for one in result.record["failures"]],
    }


def _hold(table: Table) -> None:
    """Seat the experts and hear them, round after round."""
    convener = Convener(table.told, _question(table), table.record)
    try:
        convener.seat(table.number, table.asked.data, *table.asked.seats)
    except LatheError as error:
        raise LeftEarly("failed", f"no experts could be seated: {error.reason}") from None
    for number in range(1, table.asked.rounds + 1):
        _round(table, number)
        if not are_opposed(table.present):
            raise LeftEarly("incomplete", _too_few(table, number))
        if number < table.asked.rounds:
            convener.decide(table.number, number, table.asked.rounds)


def _question(table: Table) -> Callable[[str, Any], Any]:
    def ask(prompt: str, returns: Any) -> Any:
        arguments = {
            "prompt": prompt,
            "model": table.asked.model,
            "returns": returns,
            "table": table.number,
        }
        reply = table.background.channel.call("ask_model", arguments)
        close(reply.descriptors)
        return reply.value["value"]

    return ask


def _too_few(table: Table, number: int) -> str:
    gone = [
        f"{one['seat']} {one['status']} in round {one['round']} ({one['reason'][:200]})"
        for one in table.record["failures"]
    ]
    left = ", ".join(one["name"] for one in table.present) or "nobody"
    return (
        f"after round {number} no two opposed experts are left; there are: {left}. "
        f"Left: {'; '.join(gone)}"
    )


# MARK: A round


def kind_of(seat: Seat, number: int, rounds: int) -> Kind:
    """Return what an expert does in a round: one that joined later begins with its findings."""
    if number == seat["joined"]:
        return "findings"
    return "position" if number == rounds else "examination"


def _round(table: Table, number: int) -> None:
    seats = table.present
    table.told("round", table=table.number, round=number, seats=[one["key"] for one in seats])
    subtasks = [_begun(table, seat, number) for seat in seats]
    outcomes = _ended(table, subtasks)
    cited = [
        {"subtask": outcome.id, "cells": sorted(_cells(outcome.value))}
        for outcome in outcomes
        if outcome.ok
    ]
    heard = table.told("heard", table=table.number, round=number, cited=cited)
    unknown = {(int(one["subtask"]), int(one["cell"])) for one in heard["missing"]}
    for seat, outcome in zip(seats, outcomes, strict=True):
        _take(table, seat, number, outcome, unknown)


def _ended(table: Table, subtasks: list[Subtask]) -> list[Outcome]:
    """Wait for all; interrupted, cancel them."""
    try:
        table.background.settle(subtasks)
    except KeyboardInterrupt:
        identifiers = [one.id for one in subtasks]
        close(table.background.channel.call("cancel", {"ids": identifiers}).descriptors)
        raise
    return [one.outcome() for one in subtasks]


def _begun(table: Table, seat: Seat, number: int) -> Subtask:
    rounds = table.asked.rounds
    kind = kind_of(seat, number, rounds)
    brief: Brief = {
        "kind": kind,
        "round": number,
        "seat": seat["key"],
        "others": [one["id"] for one in table.record["claims"] if one["seat"] != seat["key"]],
        "own": [one["id"] for one in table.record["claims"] if one["seat"] == seat["key"]],
    }
    text = roundtable_texts.task(table.record, seat, kind, number, rounds, table.asked.data)
    shared = _shared(table, EXPERT, text, SAID[kind])
    given: dict[str, Any] = {"table": {"brief": brief, "record": table.record}}
    if table.asked.data is not None:
        given["data"] = table.asked.data
    label = f"{seat['name']} round {number}"
    return delegation.started(table.background, table.store, shared, [(label, given)])[0]


def _shared(table: Table, agent: str, text: str, returns: Any) -> Delegation:
    return delegation.request(
        agent,
        text,
        returns=returns,
        model=table.asked.model,
        parallel=1,
        max_turns=table.max_turns,
        budget=table.each,
        required=False,
    )


def _cells(value: Any) -> set[int]:
    pieces = [
        piece
        for name in ("claims", "challenges")
        for one in value.get(name, [])
        for piece in one["evidence"]
    ]
    return {int(one["cell"]) for one in pieces}


def _take(
    table: Table, seat: Seat, number: int, outcome: Outcome, unknown: set[tuple[int, int]]
) -> None:
    """Write down what an expert said, or how it left."""
    record = table.record
    reason = outcome.reason or "no reason was given"
    status = outcome.status
    if outcome.ok and (wrong := [cell for subtask, cell in unknown if subtask == outcome.id]):
        status = "refused"
        reason = f"it cites cell {min(wrong)}, which did not run without an error in its kernel"
    elif outcome.ok:
        _write(record, seat["key"], number, outcome)
        return
    record["failures"].append(
        {
            "seat": seat["key"],
            "round": number,
            "subtask": outcome.id,
            "status": status,
            "reason": reason,
        }
    )


def _write(record: Record, key: str, number: int, outcome: Outcome) -> None:
    value, subtask = outcome.value, outcome.id
    place: Any = {"seat": key, "round": number, "subtask": subtask}
    count = sum(one["seat"] == key for one in record["claims"])
    for index, one in enumerate(value.get("claims", []), count + 1):
        record["claims"].append(cast("Claim", {"id": f"{key}{index}", **place, **one}))
    count = sum(one["seat"] == key for one in record["challenges"])
    for index, one in enumerate(value.get("challenges", []), count + 1):
        record["challenges"].append(cast("Challenge", {"id": f"{key}!{index}", **place, **one}))
    for one in value.get("own", []):
        record["stands"].append(cast("Stand", {"seat": key, "round": number, **one}))
    if "position" in value:
        names = ("position", "confidence", "would_change")
        last: Any = {name: value[name] for name in names}
        record["positions"].append(cast("Position", {"seat": key, "subtask": subtask, **last}))
    if missing := value.get("missing"):
        record["requests"].append(cast("Request", {"by": key, "round": number, **missing}))


# MARK: Synthesis


def _synthesis(table: Table) -> dict[str, Any]:
    if not {one["id"] for one in table.record["claims"]} - conceded(table.record):
        raise LeftEarly("incomplete", "every claim was conceded by its own expert")
    text = roundtable_texts.synthesising(table.record)
    shared = _shared(table, SYNTHESISER, text, SYNTHESIS)
    subtask = delegation.started(
        table.background, table.store, shared, [("synthesis", cast("object", table.record))]
    )[0]
    outcome = _ended(table, [subtask])[0]
    if not outcome.ok:
        raise LeftEarly(
            "incomplete", f"the synthesis is {outcome.status}: {outcome.reason or 'no reason'}"
        )
    return cast("dict[str, Any]", outcome.value)
