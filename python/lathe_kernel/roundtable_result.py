"""What comes out of a roundtable: consensus, dissent, what would settle it, and who said what."""

from typing import Any

from lathe_kernel.packages import pandas
from lathe_kernel.roundtable_record import Record, seat_named

_SHOWN = 6
_LINE = 240


class Roundtable:
    """A roundtable that has ended. True where there is a synthesis.

    `status` is complete, incomplete or failed, `reason` says why it is not complete.
    """

    def __init__(
        self,
        number: int,
        record: Record,
        rounds: int,
        synthesis: dict[str, Any] | None = None,
        status: str = "complete",
        reason: str = "",
    ) -> None:
        """Hold a record and, where there is one, its synthesis."""
        self.number = number
        self.record = record
        self.rounds = rounds
        self.status = status
        self.reason = reason
        self._synthesis: dict[str, Any] = synthesis or {"consensus": [], "dissent": []}

    @property
    def consensus(self) -> list[dict[str, Any]]:
        """What at least two experts hold, each with the claims that it rests on."""
        return list(self._synthesis["consensus"])

    @property
    def dissent(self) -> list[dict[str, Any]]:
        """What is disputed: the sides with their seats and claims, why, and what would settle it.

        Example: `table.dissent[0]["sides"]`
        """
        return list(self._synthesis["dissent"])

    @property
    def settle(self) -> list[str]:
        """What evidence would settle each dispute, in the order of `dissent`."""
        return [str(one["settle"]) for one in self.dissent]

    @property
    def seats(self) -> list[dict[str, Any]]:
        """Who sat at the table. Example: `[one["stance"] for one in table.seats]`."""
        return [dict(one) for one in self.record["seats"]]

    @property
    def table(self) -> Any:
        """A DataFrame of all claims and challenges: seat, round, subtask, cells, evidence."""
        return pandas().DataFrame([_row(self.record, one) for one in _said(self.record)])

    def markdown(self) -> str:
        """Return all of it as Markdown for an answer. Example: `lathe.answer(table.markdown())`."""
        parts = [f"**{safe(self.record['question'])}**"]
        if self.reason:
            parts.append(f"The roundtable is {self.status}: {safe(self.reason)}")
        if self.consensus:
            parts += ["### Consensus", "\n".join(self._agreed(one) for one in self.consensus)]
        if self.dissent:
            parts += ["### Dissent", *(self._disputed(one) for one in self.dissent)]
        parts += ["### The table", self._seats(), "### Claims", self._claims()]
        if self.record["requests"]:
            parts += ["### Missing perspectives", self._requests()]
        return "\n\n".join(parts)

    def __bool__(self) -> bool:
        """Be true where the table came to a synthesis."""
        return self.status == "complete"

    def __repr__(self) -> str:
        """Show how it ended, in a bounded number of lines."""
        seats = ", ".join(f"{one['key']} {one['name']}" for one in self.record["seats"])
        lines = [
            f"Roundtable {self.number}: {self.status}, {self.rounds} rounds; {seats or 'nobody'}"
        ]
        if self.reason:
            lines.append(f"why: {self.reason[:_LINE]}")
        lines += _bounded("consensus", [self._short(one) for one in self.consensus])
        lines += _bounded("dissent", [self._side(one) for one in self.dissent])
        lines += _bounded("would settle it", [text[:_LINE] for text in self.settle])
        lines.append(
            "whole: .consensus .dissent .settle .seats .table (a DataFrame of claims), .markdown()"
        )
        return "\n".join(lines)

    def _short(self, one: dict[str, Any]) -> str:
        return f"{str(one['statement'])[:_LINE]} [{', '.join(one['claims'])}]"

    def _side(self, one: dict[str, Any]) -> str:
        sides = "; ".join(
            f"{'+'.join(side['seats'])}: {str(side['position'])[: _LINE // 2]} "
            f"[{', '.join(side['claims'])}]"
            for side in one["sides"]
        )
        return f"{str(one['question'])[: _LINE // 2]} — {sides}"

    def _agreed(self, one: dict[str, Any]) -> str:
        return f"- {safe(one['statement'])} ({', '.join(one['claims'])})"

    def _disputed(self, one: dict[str, Any]) -> str:
        lines = [f"- **{safe(one['question'])}**"]
        for side in one["sides"]:
            names = ", ".join(self._name(key) for key in side["seats"])
            lines.append(f"  - {names}: {safe(side['position'])} ({', '.join(side['claims'])})")
        lines.append(f"  - Why: {safe(one['why'])}")
        lines.append(f"  - Would settle it: {safe(one['settle'])}")
        return "\n".join(lines)

    def _name(self, key: str) -> str:
        seat = seat_named(self.record, key)
        return f"{key} {safe(seat['name'])}" if seat else key

    def _seats(self) -> str:
        gone = {one["seat"]: one for one in self.record["failures"]}
        lines: list[str] = []
        for one in self.record["seats"]:
            line = f"- {self._name(one['key'])}: {safe(one['stance'])}"
            if one["asked_by"]:
                line += f" (asked for by {one['asked_by']}, from round {one['joined']} on)"
            if left := gone.get(one["key"]):
                line += f" (left in round {left['round']}: {left['status']})"
            lines.append(line)
        return "\n".join(lines) or "- nobody"

    def _claims(self) -> str:
        lines: list[str] = []
        for one in _said(self.record):
            row = _row(self.record, one)
            lines.append(
                f"- {row['id']} (round {row['round']}, {row['subtask']}, {_cells(row['cells'])}): "
                f"{safe(row['text'])}" + (f" — {row['stands']}" if row["stands"] else "")
            )
        return "\n".join(lines) or "- none"

    def _requests(self) -> str:
        return "\n".join(
            f"- {one['by']} asked for {safe(one['perspective'])}: "
            + (f"seated as {one['seat']}" if "seat" in one else safe(one.get("declined", "")))
            for one in self.record["requests"]
        )


def _said(record: Record) -> list[Any]:
    return [*record["claims"], *record["challenges"]]


def _row(record: Record, one: Any) -> dict[str, Any]:
    newest = {stand["claim"]: stand["now"] for stand in record["stands"]}
    is_claim = "claim" in one
    stands = newest.get(one["id"], "") if is_claim else f"{one['verdict']} {one['of']}"
    return {
        "id": one["id"],
        "seat": one["seat"],
        "round": one["round"],
        "subtask": f"subtask://{one['subtask']}",
        "cells": sorted({piece["cell"] for piece in one["evidence"]}),
        "text": one["claim"] if is_claim else one["challenge"],
        "stands": {"hold": "held", "concede": "conceded"}.get(stands, stands),
        "evidence": "; ".join(f"{piece['what']} = {piece['value']}" for piece in one["evidence"]),
        "confidence": one.get("confidence"),
    }


def _cells(cells: list[int]) -> str:
    return ("cell " if len(cells) == 1 else "cells ") + ", ".join(map(str, cells))


def _bounded(name: str, lines: list[str]) -> list[str]:
    if not lines:
        return [f"{name}: none"]
    more = len(lines) - _SHOWN
    return [f"{name}: {one}" for one in lines[:_SHOWN]] + (
        [f"{name}: … {more} more"] if more > 0 else []
    )


def safe(text: object) -> str:
    """Return an expert's words as one line of Markdown that marks nothing up."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in line)
