"""A gigabyte from one process to one child and to sixteen, until every child has summed it."""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

from lathe_bench import processes
from lathe_bench.cells import BenchError, Code
from lathe_bench.figure import Figure, best
from lathe_bench.handed import EXPECTED
from lathe_bench.lathe_side import LatheSide
from lathe_bench.run import Run
from lathe_bench.steps import StepProcess

_TIMES = 3
KINDS = ("array", "frame")
PEERS: dict[str, tuple[str, ...]] = {
    "ray": ("ray",),
    "joblib": ("joblib",),
    # The better of its two ways; shared memory holds arrays only.
    "multiprocessing": ("multiprocessing", "shared_memory"),
}
_CHILDREN = {"ray": (1, 16), "joblib": (1, 16), "multiprocessing": (1,)}
# joblib pickles a frame for each child: sixteen would take minutes and up to 32 GB.
_BOUNDED = {("joblib", "frame", 16): 4}
# What pickles a frame takes many seconds; a second time tells nothing more.
_ONCE = frozenset({("joblib", "frame"), ("multiprocessing", "frame")})

_SUBTASK = "from lathe_bench.handed import total\nlathe.answer(total(data))"
_HOLDING = """\
import time
from lathe_bench.handed import total
began = time.perf_counter()
first = total(data)
touched = time.perf_counter()
again = total(data)
seconds = time.perf_counter() - touched
time.sleep(4)
lathe.answer({"sum": again, "first": touched - began, "again": seconds})"""


def names() -> tuple[str, ...]:
    """Return the names of all these figures."""
    return tuple(
        _name(children, peer, kind)
        for kind in KINDS
        for peer, counts in _CHILDREN.items()
        for children in counts
    )


def slices(run: Run) -> Iterator[Figure]:
    """The figures of each kind of data, one kind after the other, for memory's sake."""
    for kind in KINDS:
        if not run.wants(*(name for name in names() if _kind(name) == kind)):
            continue
        with ExitStack() as stack:
            sides = {
                way: stack.enter_context(peer(way))
                for name, ways in PEERS.items()
                for way in ways
                if run.wants(*(_name(children, name, kind) for children in _CHILDREN[name]))
                and (way, kind) != ("shared_memory", "frame")
            }
            for children in (1, 16):
                yield from _handed_over(run, sides, kind, children)


def peer(way: str) -> StepProcess:
    """Start a peer in a process of its own."""
    return StepProcess(way, [sys.executable, "-m", "lathe_bench.peers", way], {})


def _handed_over(
    run: Run, sides: dict[str, StepProcess], kind: str, children: int
) -> Iterator[Figure]:
    wanted = {
        name: [way for way in ways if way in sides]
        for name, ways in PEERS.items()
        if children in _CHILDREN[name] and run.wants(_name(children, name, kind))
    }
    if not wanted:
        return
    ours: list[float] = []
    theirs: dict[str, list[float]] = {way: [] for ways in wanted.values() for way in ways}
    run.lathe.open(_SUBTASK, children)
    # One hand-over that does not count on this side, as peers have in `prepare`.
    run.lathe.execute(Code(f'from lathe_bench.handed import made\ngigabyte = made("{kind}")'))
    run.lathe.execute(_delegation(children))
    for way in theirs:
        sides[way].step("prepare", kind=kind, count=_bounded(way, kind, children))
    for turn in range(run.times(_TIMES)):
        run.lathe.execute(Code(f'gigabyte = None; gigabyte = made("{kind}")'))
        ours.append(run.lathe.execute(_delegation(children))[0])
        for way, seconds in theirs.items():
            count = _bounded(way, kind, children)
            if turn and (way, kind) in _ONCE:
                continue
            sides[way].step("make", kind=kind)
            seconds += sides[way].step("hand_over", count=count).seconds
    run.lathe.close()
    for side in sides.values():
        side.step("drop")
    for name, ways in wanted.items():
        way, median = best({way: theirs[way] for way in ways})
        count = _bounded(way, kind, children)
        note = "" if count == children else f"the peer had only {count} children"
        ratio_name = _name(children, name, kind)
        yield Figure(ratio_name, statistics.median(ours), median, _words(way), "s", note)


def memory(run: Run) -> Iterator[Figure]:
    """What sixteen children add to memory while each holds and has read the gigabyte.

    The other side of the line is one child: a ratio of 1 says that sixteen cost what one costs.
    """
    for kind in KINDS:
        name = f"slice_1gb_16_memory{_suffix(kind)}"
        if not run.wants(name):
            continue
        run.lathe.open(_HOLDING, 16)
        run.lathe.execute(Code(f'from lathe_bench.handed import made\ngigabyte = made("{kind}")'))
        grown = {children: _growth(run.lathe, children) for children in (1, 16)}
        _, touches = run.lathe.execute(Code("[o.value for o in outcomes][0]"))
        run.say(f"{kind}: seconds of a first and a second sum in the last of 16: {touches}")
        run.lathe.close()
        yield Figure(name, grown[16], grown[1], "one child", "GB")


def _growth(lathe: LatheSide, children: int) -> float:
    before = processes.pss_below(lathe.number)
    code = (
        f'outcomes = lathe.delegate_each("sum it", [gigabyte] * {children}, parallel={children})\n'
        f'[o.value["sum"] for o in outcomes] == [{EXPECTED}] * {children}'
    )
    lathe.begin("execute", code=code, expected="True")
    most = 0
    # Children sleep four seconds after they have read everything.
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        most = max(most, processes.pss_below(lathe.number))
        time.sleep(0.3)
    lathe.end("execute")
    return (most - before) / (1 << 30)


def _delegation(children: int) -> Code:
    if children == 1:
        return Code(f'lathe.delegate("sum it", data=gigabyte).result() == {EXPECTED}', "True")
    code = (
        f'outcomes = lathe.delegate_each("sum it", [gigabyte] * {children}, parallel={children})\n'
        f"[o.value for o in outcomes] == [{EXPECTED}] * {children}"
    )
    return Code(code, "True")


def _bounded(way: str, kind: str, children: int) -> int:
    return _BOUNDED.get((way, kind, children), children)


def _name(children: int, peer: str, kind: str) -> str:
    return f"slice_1gb_{children}_vs_{peer}{_suffix(kind)}"


def _suffix(kind: str) -> str:
    return "_frame" if kind == "frame" else ""


def _kind(name: str) -> str:
    return "frame" if name.endswith("_frame") else "array"


def _words(way: str) -> str:
    words = {
        "ray": "ray, actors started, store pre-faulted",
        "joblib": "joblib, workers started",
        "multiprocessing": "multiprocessing, pickled to a started worker",
        "shared_memory": "multiprocessing, shared_memory and a started worker",
    }
    if way not in words:
        raise BenchError(f"unknown peer {way}")
    return words[way]
