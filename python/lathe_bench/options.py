"""The options of a run; whatever is wrong with them is told in one line."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn, cast

from lathe_bench.cells import BenchError
from lathe_bench.run import Measurement
from lathe_bench.sets import SETS, names

_GIGA = 1 << 30


@dataclass(frozen=True)
class Options:
    """What to measure, and how."""

    program: Path
    root: Path
    of: str
    wanted: frozenset[str]
    quick: bool
    document: Path | None


class _OneLine(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"bench: {message}; see --help", file=sys.stderr)
        raise SystemExit(2)


def parsed(arguments: Sequence[str]) -> Options:
    """Return the options, or leave with status 2 and a line that says what is wrong."""
    parser = _OneLine(prog="scripts/bench", description="Measure Lathe, a JSON line a figure.")
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("root", help=argparse.SUPPRESS)
    parser.add_argument("set", choices=sorted(SETS), help="which figures")
    parser.add_argument("--only", metavar="NAME,NAME", help="these figures alone")
    parser.add_argument("--quick", action="store_true", help="a quarter of the repetitions")
    parser.add_argument(
        "--write-docs", action="store_true", help="put the figures into docs/benchmarks.md"
    )
    given = parser.parse_args(arguments)
    known = names(given.set)
    wanted = frozenset(str(given.only).split(",")) if given.only else known
    if unknown := sorted(wanted - known):
        parser.error(
            f"no figure is named {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        )
    if given.write_docs and (given.quick or given.only):
        parser.error("--write-docs needs the whole run, without --only and --quick")
    root = Path(given.root)
    document = root / "docs/benchmarks.md" if given.write_docs else None
    quick = cast("bool", given.quick)
    return Options(Path(given.program).absolute(), root, given.set, wanted, quick, document)


def check(measurements: Sequence[Measurement]) -> None:
    """See that peers, shared memory and memory are there before anything is measured.

    Raises:
        BenchError: something is missing; the text names it and the mend.
    """
    wanted = {package for each in measurements for package in each.packages}
    missing = {package for package in wanted if find_spec(package) is None}
    if missing:
        raise BenchError(
            f"not installed: {', '.join(sorted(missing))}; run scripts/setup bench, or leave their "
            "figures out with --only"
        )
    for each in measurements:
        _enough("/dev/shm", each.shared_memory, _free_in_shared_memory(), each)
        _enough("memory", each.memory, _free_memory(), each)


def _enough(what: str, needed: int, free: int, measurement: Measurement) -> None:
    if free < needed:
        raise BenchError(
            f"{what} has {free / _GIGA:.1f} GiB free and {measurement.names[0]} needs "
            f"{needed / _GIGA:.0f}: free some, or leave it out with --only"
        )


def _free_in_shared_memory() -> int:
    state = os.statvfs("/dev/shm")
    return state.f_bavail * state.f_frsize


def _free_memory() -> int:
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("MemAvailable:"))
    return int(line.split()[1]) << 10
