"""What comes out of a synthesis: an answer, its claims with their sources, and the conflicts."""

from typing import Any

from lathe_kernel import synthesis_checks
from lathe_kernel.packages import pandas
from lathe_kernel.synthesis_record import Record

_SHOWN = 8


class Synthesis:
    """A synthesis of results. True where there is one and all of it holds.

    `status` is complete, unfounded (`problems` says what does not hold) or failed (`reason`).
    """

    def __init__(
        self,
        record: Record,
        subtask: int,
        value: dict[str, Any] | None,
        problems: list[str],
        reason: str = "",
    ) -> None:
        """Hold what was written, of what, and what of it does not hold."""
        self.record = record
        self.subtask = subtask
        self.problems = problems
        self.reason = reason
        self._value: dict[str, Any] = value or {}

    @property
    def status(self) -> str:
        """Complete, unfounded or failed."""
        if not self._value:
            return "failed"
        return "unfounded" if self.problems else "complete"

    def __bool__(self) -> bool:
        """Be true where there is an answer and all of it holds."""
        return self.status == "complete"

    @property
    def answer(self) -> Any:
        """The answer, of the form that was asked for; None where there is none."""
        return self._value.get("answer")

    @property
    def claims(self) -> list[dict[str, Any]]:
        """What the answer rests on, each with its sources as subtask and cell."""
        return [self._traced(one) for one in self._value.get("claims", [])]

    @property
    def conflicts(self) -> list[dict[str, Any]]:
        """Where results contradict each other: both sides with their sources, and what weighs."""
        return [
            {**one, "sides": [self._traced(side) for side in one["sides"]]}
            for one in self._value.get("conflicts", [])
        ]

    @property
    def open(self) -> list[str]:
        """What the results do not say."""
        return list(self._value.get("open", []))

    @property
    def missing(self) -> list[dict[str, Any]]:
        """What gave no result, and why."""
        return [dict(one) for one in self.record["missing"]]

    @property
    def unused(self) -> list[str]:
        """Labels of results that no claim and no side cites."""
        if not self._value:
            return []
        return [one["label"] for one in synthesis_checks.unused(self._value, self.record)]

    @property
    def table(self) -> Any:
        """A DataFrame of all claims and sides with their sources, a row for each source."""
        rows = [("claim", one["claim"], one) for one in self.claims]
        for conflict in self.conflicts:
            rows += [(conflict["about"], side["position"], side) for side in conflict["sides"]]
        named = ("of", "text", "label", "subtask", "cell")
        return pandas().DataFrame(
            [
                dict(
                    zip(named, (of, text, *(one[name] for name in named[2:])), strict=True),
                )
                for of, text, piece in rows
                for one in piece["sources"]
            ],
            columns=list(named),
        )

    def markdown(self) -> str:
        """Return the answer with claims, conflicts, what is open and what does not hold."""
        if not self._value:
            return f"There is no synthesis: {self.reason}."
        answer = self.answer if isinstance(self.answer, str) else f"`{self.answer!r}`"
        lines = [answer, ""]
        lines += [f"- {one['claim']} ({_places(one)})" for one in self.claims]
        for one in self.conflicts:
            lines += ["", f"**In conflict: {one['about']}**"]
            lines += [f"- {side['position']} ({_places(side)})" for side in one["sides"]]
            lines += [f"- What weighs: {one['weighs']}"] if one["weighs"].strip() else []
        for head, texts in (
            ("Open", self.open),
            ("Without a result", [f"{one['label']}: {one['reason']}" for one in self.missing]),
            ("Not cited", self.unused),
            ("Does not hold", self.problems),
        ):
            if texts:
                lines += ["", f"**{head}**", *(f"- {one}" for one in texts)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Show how it stands, and the first claims and conflicts."""
        head = (
            f"Synthesis: {self.status}, {len(self.claims)} claims, {len(self.conflicts)} conflicts "
            f"from {len(self.record['sources'])} results"
        )
        if not self._value:
            return f"{head}: {self.reason}"
        lines = [head, f"answer: {_cut(repr(self.answer), 400)}"]
        lines += [f"- {_cut(one['claim'])} ({_places(one)})" for one in self.claims[:_SHOWN]]
        for one in self.conflicts[:_SHOWN]:
            sides = " | ".join(
                f"{_cut(side['position'])} ({_places(side)})" for side in one["sides"]
            )
            lines.append(f"! {_cut(one['about'])}: {sides}")
        lines += [f"✗ {_cut(one, 300)}" for one in self.problems[:_SHOWN]]
        if self.missing:
            lines.append(f"without a result: {', '.join(one['label'] for one in self.missing)}")
        left = sum(
            max(len(one) - _SHOWN, 0) for one in (self.claims, self.conflicts, self.problems)
        )
        return "\n".join([*lines, *([f"… {left} more: .markdown()"] if left else [])])

    def _traced(self, piece: dict[str, Any]) -> dict[str, Any]:
        """Return a claim or a side with its sources by label, subtask and cell."""
        known = {one["id"]: one for one in self.record["sources"]}
        sources: list[dict[str, Any]] = []
        for cited in piece["sources"]:
            source = known.get(cited["source"])
            number = None if source is None else source["subtask"]
            sources.append(
                {
                    "source": cited["source"],
                    "label": None if source is None else source["label"],
                    "subtask": None if number is None else f"subtask://{number}",
                    "cell": cited.get("cell"),
                }
            )
        return {**piece, "sources": sources}


def _places(piece: dict[str, Any]) -> str:
    """Return `UA, subtask://3 cell 2` for each source."""
    places: list[str] = []
    for one in piece["sources"]:
        cell = f" cell {one['cell']}" if one["cell"] is not None else ""
        where = f", {one['subtask']}{cell}" if one["subtask"] else ""
        places.append(f"{one['label'] or one['source']}{where}")
    computed = ", ".join(f"computed in cell {one['cell']}" for one in piece.get("evidence", []))
    return "; ".join([*places, *([computed] if computed else [])]) or "no source"


def _cut(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
