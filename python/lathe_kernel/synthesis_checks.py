"""What holds of a synthesis whatever a model says.

Each claim has a source that exists and a figure that it has, and no difference is hidden.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from lathe_kernel import said_figures
from lathe_kernel.computed import HERE as COMPUTED
from lathe_kernel.synthesis_record import Figures, Record, Source, figures_of, member

_MOST_TOLD = 6
_SHOWN = 80


@dataclass
class Held:
    """The record that this kernel's synthesis is checked against, and whether one was refused."""

    record: Record | None = None
    has_refused: bool = False

    def begin(self, record: Record) -> None:
        """Take a record."""
        self.record, self.has_refused = record, False


# Of this kernel: a fork of the template begins with none.
HERE = Held()

Piece = dict[str, Any]


def refused_here(result: dict[str, Any]) -> str | None:
    """Say what is to be mended, the first time; what is still wrong then is told beside it."""
    if HERE.record is None:
        return "this kernel has no results to combine; lathe.synthesise(results) hands them over"
    found = problems(result, HERE.record, COMPUTED.has)
    if not found or HERE.has_refused:
        return None
    HERE.has_refused = True
    more = f"; and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
    return "; ".join(found[:_MOST_TOLD]) + more


def problems(
    result: dict[str, Any], record: Record, is_computed: Callable[[Piece], bool]
) -> list[str]:
    """Return what does not hold of a synthesis, a sentence for each; empty where all of it does.

    `is_computed` says whether evidence was made in the kernel of the synthesis.
    """
    check = _Check(record, is_computed)
    found: list[str] = []
    for one in result["claims"]:
        found += check.said(f"claim “{_short(one['claim'])}”", one["claim"], one)
    for one in result["conflicts"]:
        found += check.conflict(one)
    if not result["claims"] and not result["open"]:
        found.append("there is no claim, and nothing in `open` says why")
    if isinstance(result["answer"], str):
        found += check.answer(result["answer"], result)
    return found + check.hidden(result["conflicts"])


def unused(result: dict[str, Any], record: Record) -> list[Source]:
    """Return the sources that neither a claim nor a side of a conflict cites."""
    cited = {one["source"] for piece in _pieces(result) for one in piece["sources"]}
    return [one for one in record["sources"] if one["id"] not in cited]


class _Check:
    def __init__(self, record: Record, is_computed: Callable[[Piece], bool]) -> None:
        self._record = record
        self._is_computed = is_computed
        self._sources = {one["id"]: one for one in record["sources"]}
        self._figures: dict[str, Figures] = {}

    def said(self, where: str, text: str, piece: Piece) -> list[str]:
        """Check a sentence with its sources and its evidence."""
        if not text.strip():
            return [f"{where} is empty"]
        if not piece["sources"] and not piece.get("evidence"):
            return [f"{where} has no source: cite those that say it, or leave it out"]
        found = [f"{where}: {one}" for cited in piece["sources"] for one in self._cited(cited)]
        for one in piece.get("evidence", []):
            if not self._is_computed(one):
                found.append(
                    f"{where}: the evidence “{_short(str(one['what']))}” was not made by "
                    "lathe.evidence(what, value) in the kernel of the synthesis"
                )
        names = [one["source"] for one in piece["sources"] if one["source"] in self._sources]
        return found + self._figures_in(where, text, names, piece.get("evidence", []))

    def conflict(self, one: dict[str, Any]) -> list[str]:
        """Check a conflict: two sides at least, each with sources of its own."""
        where = f"conflict “{_short(one['about'])}”"
        found: list[str] = []
        if len(one["sides"]) < 2:
            found.append(f"{where} has {len(one['sides'])} side: tell both")
        for side in one["sides"]:
            found += self.said(
                f"{where}, side “{_short(side['position'])}”", side["position"], side
            )
        cited = [frozenset(named["source"] for named in side["sources"]) for side in one["sides"]]
        if len(set(cited)) < len(cited):
            found.append(f"{where}: two sides rest on the same sources")
        return found

    def answer(self, text: str, result: dict[str, Any]) -> list[str]:
        """Check that the answer says no figure that neither a cited source nor evidence has."""
        if not text.strip():
            return ["the answer is empty"]
        pieces = list(_pieces(result))
        names = {one["source"] for piece in pieces for one in piece["sources"]}
        evidence = [one for piece in pieces for one in piece.get("evidence", [])]
        return self._figures_in("the answer", text, sorted(names & set(self._sources)), evidence)

    def hidden(self, conflicts: list[dict[str, Any]]) -> list[str]:
        """Return where results differ in a member of `same`, and no conflict says it."""
        found: list[str] = []
        for name in self._record["same"]:
            values = {
                one["id"]: value
                for one in self._record["sources"]
                if (value := member(one["value"], name)) is not None
            }
            first = next(iter(values), None)
            others = [one for one in values if first and not _agree(values[first], values[one])]
            if first and others and not _is_told(values, conflicts):
                shown = ", ".join(f"{one}: {_short(str(values[one]))}" for one in [first, *others])
                found.append(f"the results differ in {name} ({shown}): tell it as a conflict")
        return found

    def _cited(self, cited: dict[str, Any]) -> Iterator[str]:
        source = self._sources.get(cited["source"])
        if source is None:
            known = ", ".join(self._sources)
            yield f"there is no source {cited['source']}; there are {known}"
            return
        cells = [one["cell"] for one in source["cells"]]
        cell = cited.get("cell")
        if cells and cell not in cells:
            known = ", ".join(map(str, cells))
            yield f"{cited['source']} has no cell {cell}; it has {known}"
        elif not cells and cell is not None:
            yield f"{cited['source']} has no cell {cell}: it has none, so it is cited without one"

    def _figures_in(
        self, where: str, text: str, names: list[str], evidence: list[Piece]
    ) -> list[str]:
        known = [self._of(name) for name in names]
        # Of a table that is too large to look through, nobody can say that it lacks a figure.
        if not all(one.is_whole for one in known):
            return []
        values = [value for one in known for value in one.values]
        values += figures_of(cast("object", evidence)).values
        values += said_figures.of_text(self._record["question"])
        count = len(self._record["sources"])
        return [
            f"{where} says {one}, which none of its sources has"
            for one in said_figures.found(text)
            if not said_figures.is_said(one, values, count)
        ]

    def _of(self, name: str) -> Figures:
        if name not in self._figures:
            source = self._sources[name]
            label, own = figures_of(source["label"]), figures_of(source["value"])
            self._figures[name] = Figures([*own.values, *label.values], own.is_whole)
        return self._figures[name]


def _pieces(result: dict[str, Any]) -> Iterator[Piece]:
    yield from result["claims"]
    for one in result["conflicts"]:
        yield from one["sides"]


def _is_told(values: dict[str, Any], conflicts: list[dict[str, Any]]) -> bool:
    """Tell whether a conflict has sources on two sides whose values differ."""
    for one in conflicts:
        sides = [
            {named["source"] for named in side["sources"]} & set(values) for side in one["sides"]
        ]
        for index, side in enumerate(sides):
            for other in sides[:index]:
                if any(not _agree(values[a], values[b]) for a in side for b in other):
                    return True
    return False


def _agree(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1)
    if isinstance(one, str) and isinstance(other, str):
        return one.split() == other.split()
    return bool(one == other)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
