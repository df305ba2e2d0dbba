"""Who sits at a roundtable: chosen by a typed question to a model, checked, and told to lathe."""

import json
from collections.abc import Callable
from typing import Any, Protocol, cast

from lathe_kernel import roundtable_checks, roundtable_texts
from lathe_kernel.errors import LatheError
from lathe_kernel.roundtable_forms import CONVENED, DECIDED
from lathe_kernel.roundtable_record import (
    MAXIMUM_ADDED,
    MAXIMUM_SEATS,
    Record,
    Request,
    Seat,
)

_KEYS = "ABCDEFGHIJ"
_FIELDS = ("perspective", "stance", "analysis", "thinking")


class Told(Protocol):
    """Tells lathe of a step of the table."""

    def __call__(self, step: str, **arguments: Any) -> Any:
        """Return what lathe answers."""
        ...


class Convener:
    """Seats experts: those that the question needs, then those that experts miss."""

    def __init__(self, told: Told, ask: Callable[[str, Any], Any], record: Record) -> None:
        """Seat at the table of one record."""
        self._told = told
        self._ask = ask
        self._record = record

    def seat(self, table: int, data: object, least: int, most: int) -> None:
        """Choose the first experts.

        Raises:
            LatheError: the model gave none, twice none that can be used, or lathe refused.
        """
        prompt = roundtable_texts.convening(self._record["question"], data, least, most)
        reply = self._ask(prompt, CONVENED)
        problem = roundtable_checks.seats(reply["experts"], least, most, [])
        if problem:
            reply = self._ask(roundtable_texts.again(prompt, reply, problem), CONVENED)
            problem = roundtable_checks.seats(reply["experts"], least, most, [])
        if problem:
            raise LatheError(
                "model_failed", f"the experts that were chosen twice cannot be used: {problem}"
            )
        self._record["obvious"] = str(reply["obvious"])[:1_000]
        names = roundtable_checks.spelled(reply["experts"], [])
        self._record["seats"] = [
            _seat(_KEYS[index], one, names, 1, "") for index, one in enumerate(reply["experts"])
        ]
        self._told(
            "seat",
            table=table,
            round=1,
            obvious=self._record["obvious"],
            seats=self._record["seats"],
            asked=[],
        )

    def decide(self, table: int, number: int, rounds: int) -> None:
        """Decide on the perspectives that experts missed in the round that ended."""
        open_requests = [one for one in self._record["requests"] if one["round"] == number]
        if not open_requests:
            return
        joined = number + 1
        seats: list[Seat] = []
        if reason := self._bound(joined, rounds):
            _decline(open_requests, reason)
        else:
            seats = self._asked_for(open_requests, joined)
        self._record["seats"] += seats
        self._told(
            "seat",
            table=table,
            round=joined,
            obvious=self._record["obvious"],
            seats=seats,
            asked=open_requests,
        )

    def _bound(self, joined: int, rounds: int) -> str | None:
        """Return why nobody can be seated any more, whoever it is."""
        if joined >= rounds:
            return "only the final round is left, in which nobody could examine what it finds"
        if len(self._record["seats"]) >= MAXIMUM_SEATS:
            return f"the table has {MAXIMUM_SEATS} seats, which is the most"
        added = sum(bool(one["asked_by"]) for one in self._record["seats"])
        if added >= MAXIMUM_ADDED:
            return f"{added} experts were added already, which is the most"
        return None

    def _asked_for(self, requests: list[Request], joined: int) -> list[Seat]:
        prompt = roundtable_texts.deciding(self._record, requests)
        try:
            reply = self._ask(prompt, DECIDED)
            problem = self._problem(reply)
            if problem:
                reply = self._ask(roundtable_texts.again(prompt, reply, problem), DECIDED)
                problem = self._problem(reply)
        except LatheError as error:
            _decline(requests, f"the convener could not be asked: {error.reason}"[:600])
            return []
        if problem or not reply["seat"]:
            told = f"no expert that can be seated was named: {problem}" if problem else ""
            _decline(requests, told or str(reply["reason"])[:600])
            return []
        key = _KEYS[len(self._record["seats"])]
        for one in requests:
            one["seat"] = key
        expert = reply["expert"]
        names = roundtable_checks.spelled([expert], self._record["seats"])
        return [_seat(key, expert, names, joined, requests[0]["by"])]

    def _problem(self, reply: dict[str, Any]) -> str | None:
        if not reply["seat"]:
            return None if str(reply["reason"]).strip() else "`reason` is empty"
        if not isinstance(reply.get("expert"), dict):
            return f"`seat` is true, and there is no `expert`: {json.dumps(reply)[:200]}"
        return roundtable_checks.seats([reply["expert"]], 1, 1, self._record["seats"])


def _decline(requests: list[Request], reason: str) -> None:
    for one in requests:
        one["declined"] = reason


def _seat(key: str, one: dict[str, Any], names: dict[str, str], joined: int, asked_by: str) -> Seat:
    name = str(one["name"]).strip()
    opposed = [names[roundtable_checks.plain_name(str(other))] for other in one["opposes"]]
    fields = {field: str(one[field]).strip() for field in _FIELDS}
    made: dict[str, Any] = {
        "key": key,
        "name": name,
        **fields,
        "opposes": [other for other in dict.fromkeys(opposed) if other != name],
        "joined": joined,
        "asked_by": asked_by,
    }
    return cast("Seat", made)
