"""What a synthesis is made of: results with the subtask and the cells that each comes from."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict, cast

from lathe_kernel import said_figures
from lathe_kernel.errors import invalid
from lathe_kernel.packages import is_numpy, is_pandas

MOST_SOURCES = 50
# Numbers of one result that are looked at; a table has more.
MOST_FIGURES = 20_000


class Cell(TypedDict):
    """A cell that ran without an error in the subtask of a source, as lathe has it."""

    cell: int
    code: str
    printed: str


class Source(TypedDict):
    """One result, under the id by which it is cited."""

    id: str
    label: str
    subtask: int | None
    agent: str | None
    cells: list[Cell]
    value: Any


class Missing(TypedDict):
    """What was asked for and gave no result."""

    label: str
    subtask: int | None
    status: str
    reason: str


class Record(TypedDict):
    """All that a synthesis may rest on."""

    question: str
    sources: list[Source]
    missing: list[Missing]
    # Members of results that are to agree: where they differ, that is a conflict.
    same: list[str]


class Cited(TypedDict):
    """A source, and the cell of its subtask; no cell where it has none."""

    source: str
    cell: NotRequired[int]


def of_plain(data: object) -> Record:
    """Return the record of results that came without subtasks: a dict by label, or a list.

    Raises:
        LatheError: there is nothing in it, or too much.
    """
    if isinstance(data, Mapping):
        named = [(str(key), value) for key, value in cast("Mapping[object, Any]", data).items()]
    elif isinstance(data, list | tuple):
        named = [(str(index), one) for index, one in enumerate(cast("list[Any]", data), 1)]
    else:
        named = [("data", data)]
    sources = [
        Source(id=f"S{index}", label=label, subtask=None, agent=None, cells=[], value=value)
        for index, (label, value) in enumerate(named, 1)
    ]
    if not 1 <= len(sources) <= MOST_SOURCES:
        raise invalid(f"a synthesis is of 1 to {MOST_SOURCES} results, not {len(sources)}.")
    return Record(question="", sources=sources, missing=[], same=[])


@dataclass(frozen=True)
class Figures:
    """The numbers of a result; `is_whole` is false where there were too many to look at."""

    values: list[float]
    is_whole: bool


def figures_of(value: object) -> Figures:
    """Return the numbers in a result: its own, those in its texts, those of its tables."""
    values: list[float] = []
    for one in _numbers(value, 0):
        if len(values) >= MOST_FIGURES:
            return Figures(values, is_whole=False)
        values.append(one)
    return Figures(values, is_whole=True)


def _numbers(value: Any, depth: int) -> Iterator[float]:
    if depth > 60 or value is None:
        return
    if isinstance(value, bool):
        yield float(value)
    elif isinstance(value, int | float):
        if math.isfinite(value):
            yield float(value)
    elif isinstance(value, str):
        yield from said_figures.of_text(value)
    elif isinstance(value, Mapping):
        for key, one in cast("Mapping[object, Any]", value).items():
            yield from _numbers(str(key), depth + 1)
            yield from _numbers(one, depth + 1)
    elif isinstance(value, list | tuple):
        for one in cast("list[Any]", value):
            yield from _numbers(one, depth + 1)
    elif is_pandas(value, "DataFrame"):
        for name in value.columns:
            yield from _numbers(value[name], depth + 1)
    elif is_pandas(value, "Series"):
        yield from _numbers(value.iloc[: MOST_FIGURES + 1].to_numpy(), depth + 1)
    elif is_numpy(value, "ndarray"):
        yield from _numbers(value.reshape(-1)[: MOST_FIGURES + 1].tolist(), depth + 1)
    elif is_numpy(value, "generic"):
        yield from _numbers(value.item(), depth + 1)


def member(value: object, name: str) -> Any:
    """Return a member of a result by its path, such as `late.share`; None where there is none."""
    found: Any = value
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, Any]", found).get(part)
    return found
