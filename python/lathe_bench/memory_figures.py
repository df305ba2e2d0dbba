"""A memory of a gigabyte, saved to disk and taken up by another kernel."""

import statistics
from collections.abc import Iterator

from lathe_bench.cells import BenchError, Code
from lathe_bench.figure import Figure, best
from lathe_bench.handed import EXPECTED
from lathe_bench.run import Run
from lathe_bench.slice_figures import peer

_FIGURES = (
    "save_1gb",
    "save_1gb_held_up",
    "save_1gb_memory",
    "save_1gb_unchanged",
    "restore_1gb",
    "restore_1gb_whole",
)
_KINDS = {"array": "", "frame": "_frame"}
_SMALL = {
    "save_5m_numbers_memory": Code(
        "import sys\nvalues = list(range(10**6, 6 * 10**6))\n"
        "sys.getsizeof(values) + sum(map(sys.getsizeof, values))",
        "180000056",
    ),
    "save_2m_texts_memory": Code(
        "import sys\nvalues = {f'key{i}': f'value {i}' for i in range(2_000_000)}\n"
        "sum(map(sys.getsizeof, (values, *values, *values.values())))",
        "301294324",
    ),
}
_MOST_EXTRA = 0.25
NAMES = (*(f"{name}{suffix}" for suffix in _KINDS.values() for name in _FIGURES), *_SMALL)
_WAYS = ("dill", "joblib", "joblib_mapped", "parquet")
_TIMES = 3
_MILLI, _MEGA = 1000.0, 1e-6
_FIRST = {
    "array": Code("float(gigabyte[12345])", "57.0"),
    "frame": Code("float(gigabyte['c1'].iloc[12345])", "58.0"),
}
_WHOLE = Code(
    f"from lathe_bench.handed import total\ntotal(gigabyte) == {EXPECTED}",
    "True",
)


def memory(run: Run) -> Iterator[Figure]:
    """Both kinds of data, against dill, joblib and a Parquet file, all synchronised to disk."""
    for kind, suffix in _KINDS.items():
        names = [f"{name}{suffix}" for name in _FIGURES]
        if run.wants(*names):
            yield from _memory(run, kind, suffix)
    for name, made in _SMALL.items():
        if run.wants(name):
            yield _small(run, name, made)


def _small(run: Run, name: str, made: Code) -> Figure:
    """Save a memory of small values, whose objects Python's own pickler would touch."""
    run.lathe.start(Code("1+1", "2"))
    run.lathe.cells(made, 1)
    _, extra, _ = run.lathe.step("save").value.split()
    run.lathe.stop()
    share = float(extra) / float(made.expected)
    if share > _MOST_EXTRA:
        raise BenchError(f"saving took {share:.0%} of what is saved in memory")
    note = f"{share:.1%} of what is saved; at most 25 % is allowed"
    return Figure(name, float(extra) * _MEGA, None, "none", "MB", note)


def _memory(run: Run, kind: str, suffix: str) -> Iterator[Figure]:
    ours: dict[str, list[float]] = {name: [] for name in _FIGURES}
    theirs: dict[str, dict[str, list[float]]] = {
        name: {} for name in ("save", "restore", "restore_whole")
    }
    made = Code(f'from lathe_bench.handed import made\ngigabyte = made("{kind}")\n1', "1")
    for _ in range(run.times(_TIMES)):
        _ours(run, made, kind, ours)
    for way in _WAYS:
        with peer(f"disk_{way}") as saver:
            saver.step("make", kind=kind)
            for name in theirs:
                theirs[name][way] = saver.step(name, count=run.times(_TIMES)).seconds
    save, first, whole = (best(theirs[name]) for name in ("save", "restore", "restore_whole"))
    against = {
        "save_1gb": save,
        "save_1gb_held_up": save,
        "save_1gb_unchanged": save,
        "restore_1gb": first,
        "restore_1gb_whole": whole,
    }
    for name in _FIGURES:
        value = statistics.median(ours[name])
        if name == "save_1gb_memory":
            note = f"{value / (1 << 30):.1%} of what is saved; at most 25 % is allowed"
            yield Figure(f"{name}{suffix}", value * _MEGA, None, "none", "MB", note)
            continue
        way, seconds = against[name]
        yield Figure(f"{name}{suffix}", value * _MILLI, seconds * _MILLI, way, "ms")


def _ours(run: Run, made: Code, kind: str, ours: dict[str, list[float]]) -> None:
    run.lathe.start(Code("1+1", "2"))
    run.lathe.cells(made, 1)
    answer = run.lathe.step("save")
    held, extra, _ = answer.value.split()
    ours["save_1gb"] += answer.seconds
    ours["save_1gb_held_up"].append(float(held))
    ours["save_1gb_memory"].append(float(extra))
    ours["save_1gb_unchanged"] += run.lathe.step("save").seconds
    for name, code in (("restore_1gb", _FIRST[kind]), ("restore_1gb_whole", _WHOLE)):
        ours[name] += run.lathe.step("restore", code=code.text, expected=code.expected).seconds
    run.lathe.stop()
