"""Whether a task is told of the tools that fit it, and how often of some that do not."""

import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lathe_bench import definitions
from lathe_bench.cells import BenchError
from lathe_bench.definitions import Definition
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.run import Run

FITS = (30, 34, 36, 38, 40, 42, 45, 50, 60)
"""Hundredths of the fit from which on a task would be told of tools."""
SIZES = ("", "_10000")
"""The real tools, and ten thousand."""
CANDIDATES = (32, 64, 128, 256, 512)
"""Of ten thousand tools without vectors, so many that fit the words are given theirs."""
NAMES = (
    "told_missing",
    "told_needless",
    *(
        f"{name}{size}"
        for size in SIZES
        for name in ("told_right", "told_to_others", "told_tools", "fits_first", "fits_among_5")
    ),
    "fits_ms",
    "vector_ms",
    "words_among_5_10000",
    *(f"{name}_of_{count}_new" for count in CANDIDATES for name in ("right", "needless")),
    *(f"{name}_from_{fit}" for fit in FITS for name in ("right", "needless", "tools")),
)
_TOLD = 5
_ASKED = 1_000
"""So many tools are looked at for each task: more than any setting that is measured tells of."""
_LEAST = 0.4
"""The fit that lathe asks for; what it tells is compared with what that would be."""
_LESS = 0.1
_MOST_MISSING = 0.35
_MOST_NEEDLESS = 0.35
_MANY = 10_000
_MILLI = 1000.0


@dataclass(frozen=True)
class Task:
    """A task in a user's words, and the tools that are right for it; none for most work on data."""

    words: str
    fits: frozenset[str]


@dataclass(frozen=True)
class Found:
    """What fits a task best, and how many of that lathe would tell."""

    task: Task
    fits: Sequence[tuple[str, float]]
    by_words: Sequence[str]
    candidates: Sequence[str]
    """In the order in which new tools get their vectors."""
    told: int

    @property
    def best(self) -> Sequence[tuple[str, float]]:
        """As many as are told of at most."""
        return self.fits[:_TOLD]

    def shown(self, least: float, vectors: int | None = None) -> list[str]:
        """Return what would be told if the best had to fit so well, and others nearly.

        With `vectors` only the first so many candidates have one.
        """
        having = None if vectors is None else set(self.candidates[:vectors])
        best = [one for one in self.fits if having is None or one[0] in having][:_TOLD]
        if not best or best[0][1] < least:
            return []
        return [tool for tool, fit in best if fit >= least - _LESS]

    def right(self, least: float, vectors: int | None = None) -> bool:
        """Tell whether a right tool would be among these."""
        return not self.task.fits.isdisjoint(self.shown(least, vectors))


@dataclass(frozen=True)
class Answers:
    """What fits each task, of so many tools."""

    tools: int
    every: Sequence[Found]
    milliseconds: float
    vector_milliseconds: float
    """What the vector of one tool takes, where all are made."""

    @property
    def fitting(self) -> Sequence[Found]:
        """Of tasks that a tool is for."""
        return [one for one in self.every if one.task.fits]

    @property
    def others(self) -> Sequence[Found]:
        """Of tasks that none is for."""
        return [one for one in self.every if not one.task.fits]

    @property
    def right(self) -> int:
        """How many tasks lathe tells a right tool."""
        told = [[tool for tool, _ in one.best[: one.told]] for one in self.fitting]
        return sum(
            not one.task.fits.isdisjoint(tools)
            for one, tools in zip(self.fitting, told, strict=True)
        )

    @property
    def needless(self) -> int:
        """How many tasks that none is for it tells some."""
        return sum(one.told > 0 for one in self.others)


def known() -> tuple[Task, ...]:
    """Read the tasks, by which the least fit and the weight of words were chosen."""
    path = Path(__file__).with_name("told_tasks.json")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Task(one["words"], frozenset(one["fits"])) for one in read["tasks"])


def told(run: Run) -> Iterator[Line]:
    """What tasks are told of the real tools, at the fit that lathe asks for and at others."""
    real = definitions.collected()
    found = _search(run, real)
    yield Floor("fits_ms", found.milliseconds, "ms", "twice: all, and what a task is told")
    yield from _of_size("", found)
    yield from _limits(found)
    for fit in FITS:
        least = fit / 100
        right = sum(one.right(least) for one in found.fitting)
        needless = sum(bool(one.shown(least)) for one in found.others)
        note = f"of {len(found.fitting)}, told a right tool"
        yield Floor(f"right_from_{fit}", right, "tasks", note)
        yield Floor(f"needless_from_{fit}", needless, "tasks", f"of {len(found.others)} without")
        shown = sum(len(one.shown(least)) for one in found.every)
        yield Floor(f"tools_from_{fit}", shown / len(found.every), "tools", "told a task")
    if not run.quick and run.wants("told_right_10000", "told_to_others_10000"):
        many = (*real, *definitions.made(_MANY - len(real)))
        found = _search(run, many)
        yield from _of_size("_10000", found)
        yield from _of_new(found)


def _search(run: Run, tools: Sequence[Definition]) -> Answers:
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        file = Path(folder) / "tools.jsonl"
        lines = [json.dumps({"server": each.server, "tool": each.tool}) for each in tools]
        file.write_text("\n".join(lines), encoding="utf-8")
        opened = run.lathe.step("tools", code=str(file))
        answers = [run.lathe.step("fits", code=task.words, count=_ASKED) for task in known()]
    took = statistics.median(answer.seconds[0] for answer in answers)
    every = [_found(task, answer.value) for task, answer in zip(known(), answers, strict=True)]
    of_one = opened.seconds[0] / len(tools)
    return Answers(len(tools), every, took * _MILLI, of_one * _MILLI)


def _found(task: Task, value: str) -> Found:
    answer = json.loads(value)
    fits = [(one["tool"], float(one["fit"])) for one in answer["best"]]
    found = Found(task, fits, answer["by_words"], answer["candidates"], int(answer["offered"]))
    if found.told != len(found.shown(_LEAST)):
        raise BenchError(f"{found.told} tools are told, not {len(found.shown(_LEAST))}: {task}")
    return found


def _of_size(size: str, found: Answers) -> Iterator[Floor]:
    note = f"of {len(found.fitting)} tasks, {found.tools} tools"
    first = sum(one.best[0][0] in one.task.fits for one in found.fitting if one.best)
    yield Floor(f"fits_first{size}", first, "first", note)
    among = sum(one.right(0) for one in found.fitting)
    yield Floor(f"fits_among_5{size}", among, "among five", note)
    yield Floor(f"told_right{size}", found.right, "tasks", note)
    others = f"of {len(found.others)} tasks that none is for"
    yield Floor(f"told_to_others{size}", found.needless, "tasks", others)
    mean = sum(one.told for one in found.every) / len(found.every)
    yield Floor(f"told_tools{size}", mean, "tools", "a task")


def _of_new(found: Answers) -> Iterator[Floor]:
    """What tasks would be told of tools that were just listed, by how many get a vector first."""
    yield Floor("vector_ms", found.vector_milliseconds, "ms", "of one tool, made and kept")
    among = sum(not one.task.fits.isdisjoint(one.by_words[:_TOLD]) for one in found.fitting)
    note = f"of {len(found.fitting)}, a right one among five by words alone"
    yield Floor("words_among_5_10000", among, "among five", note)
    for count in CANDIDATES:
        right = sum(one.right(_LEAST, count) for one in found.fitting)
        needless = sum(bool(one.shown(_LEAST, count)) for one in found.others)
        note = f"of {len(found.fitting)}, told a right tool"
        yield Floor(f"right_of_{count}_new", right, "tasks", note)
        note = f"of {len(found.others)} without"
        yield Floor(f"needless_of_{count}_new", needless, "tasks", note)


def _limits(found: Answers) -> Iterator[Figure]:
    """What lathe itself tells; worse than the limits is a failure."""
    missing = 1 - found.right / len(found.fitting)
    needless = found.needless / len(found.others)
    of = f"of {len(found.fitting)} tasks that a tool is for"
    yield Figure("told_missing", missing, _MOST_MISSING, "limit", "share", of)
    of = f"of {len(found.others)} that none is for"
    yield Figure("told_needless", needless, _MOST_NEEDLESS, "limit", "share", of)
    if missing > _MOST_MISSING or needless > _MOST_NEEDLESS:
        raise BenchError(f"{missing:.0%} lack a right tool, {needless:.0%} are told what is none")
