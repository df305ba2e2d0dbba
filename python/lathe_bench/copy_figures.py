"""A checkpoint of a namespace of a gigabyte, and the way back to it."""

import statistics
from collections.abc import Iterator

from lathe_bench.cells import Code
from lathe_bench.figure import Figure
from lathe_bench.handed import EXPECTED
from lathe_bench.run import Run
from lathe_bench.slice_figures import peer

NAMES = ("checkpoint_1gb", "rollback_1gb")
_TIMES = 5
_MILLI = 1000.0
_MADE = Code(
    'from lathe_bench.handed import made, total\ngigabyte = made("array")\nstate = 1\nstate', "1"
)
_CHANGED = Code("gigabyte[:] = 0\nstate = 2\nstate", "2")
_BACK = Code("state", "1")
_WHOLE = Code(f"total(gigabyte) == {EXPECTED}", "True")


def copies(run: Run) -> Iterator[Figure]:
    """Both, against dill with its file in /dev/shm; what was rolled back is summed and right."""
    ours: dict[str, list[float]] = {name: [] for name in NAMES}
    run.lathe.start(Code("1+1", "2"))
    run.lathe.cells(_MADE, 1)
    for _ in range(run.times(_TIMES)):
        ours["checkpoint_1gb"].append(run.lathe.checkpoint())
        run.lathe.cells(_CHANGED, 1)
        ours["rollback_1gb"].append(run.lathe.rollback(_BACK))
        run.lathe.cells(_WHOLE, 1)
    run.lathe.stop()
    with peer("dill") as dill:
        dill.step("make")
        theirs = {
            name: dill.step(step).seconds
            for name, step in zip(NAMES, ("checkpoint", "rollback"), strict=True)
        }
    for name in NAMES:
        mine, other = statistics.median(ours[name]), statistics.median(theirs[name])
        yield Figure(name, mine * _MILLI, other * _MILLI, "dill, its file in /dev/shm", "ms")
