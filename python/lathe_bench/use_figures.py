"""What it costs that calls of capabilities are counted."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from lathe_bench import made_library
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.run import Run

NAMES = ("counted_call_ns", "counting_ns")
_ROUNDS = 8
_MOST_NANOSECONDS = 1_000.0
_NANO = 1e9
_FUNCTION = '''def add_one(x: int) -> int:
    """Return one more.

    >>> add_one(1)
    2
    """
    return x + 1
'''
_MILLION = """
import time

def timed(function):
    numbers = range(1_000_000)
    began = time.perf_counter()
    for x in numbers:
        function(x)
    return (time.perf_counter() - began) / len(numbers)

"""
# Both in turn, so that a machine that is busy for a while is busy for both.
_CELL = """
from lathe.capabilities import add_one as counted
took = [(timed(add_one), timed(counted)) for _ in range({rounds})]
"""


def calls(run: Run) -> Iterator[Line]:
    """A call of a small function that the library has, and of the same function of a cell."""
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        library = Path(folder) / "generated-capabilities"
        made_library.write_source(library, "function", "add_one", _FUNCTION)
        run.lathe.step("library", code=str(library), expected="words")
        run.lathe.step("open", code="pass", expected="library")
        run.lathe.step("execute", code=_MILLION + _FUNCTION)
        run.lathe.step("execute", code=_CELL.format(rounds=run.times(_ROUNDS)))
        plain, counted = (
            float(run.lathe.step("execute", code=f"min(one[{at}] for one in took)").value) * _NANO
            for at in (0, 1)
        )
        run.lathe.close()
    yield Figure("counted_call_ns", counted, plain, "the function of a cell", "ns")
    added = counted - plain
    yield Floor("counting_ns", added, "ns", "the difference of both")
    if added > _MOST_NANOSECONDS:
        raise BenchError(f"counting a call takes {added:.0f} ns")
