"""What the machine itself takes: a fork, an echo between processes, a copy of memory."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from lathe_bench.cells import BenchError
from lathe_bench.figure import Floor
from lathe_bench.handed import EXPECTED, made, total
from lathe_bench.run import Run

NAMES = (
    "floor_fork",
    "floor_socketpair_echo",
    "floor_memcpy",
    "floor_memcpy_fresh",
    "floor_sum_1gb",
    "floor_fork_and_sum_1gb",
)
_FORKS, _ECHOES, _COPIES = 100, 2000, 5
_MILLI, _GIGA = 1000.0, 1e-9


def floors(run: Run) -> Iterator[Floor]:
    """All floors; they take a few seconds."""
    fork, echo = _bare(run.times(_FORKS), run.times(_ECHOES))
    yield Floor("floor_fork", fork * _MILLI, "ms", "fork, exit and wait of a bare Python")
    yield Floor("floor_socketpair_echo", echo * _MILLI, "ms", "a byte to a process and back")
    if run.wants(*NAMES[2:]):
        yield from _memory(run)


def _bare(forks: int, echoes: int) -> tuple[float, float]:
    program = Path(__file__).with_name("bare.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", program, str(forks), str(echoes)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BenchError(f"no floors: {done.stderr.strip()[-500:]}")
    fork, echo = (float(line) for line in done.stdout.split())
    return fork, echo


def _memory(run: Run) -> Iterator[Floor]:
    times = run.times(_COPIES)
    data = made("array")
    seconds = _copied(data, times)
    yield Floor("floor_memcpy", data.nbytes / seconds * _GIGA, "GB/s", "into resident pages")
    seconds = _median(data.copy, times)
    yield Floor("floor_memcpy_fresh", data.nbytes / seconds * _GIGA, "GB/s", "into new pages")
    yield Floor("floor_sum_1gb", _median(lambda: total(data), times), "s", "of resident pages")
    seconds = _median(lambda: _summed_in_a_fork(data), times)
    yield Floor(
        "floor_fork_and_sum_1gb", seconds, "s", "a bare fork that inherits the array and sums it"
    )


def _copied(data: np.ndarray, times: int) -> float:
    resident = data.copy()
    return _median(lambda: np.copyto(resident, data), times)


def _summed_in_a_fork(data: object) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, repr(total(data)).encode())
        os._exit(0)
    os.close(writer)
    got = os.read(reader, 100)
    os.close(reader)
    os.waitpid(child, 0)
    if float(got or "nan") != EXPECTED:
        raise BenchError(f"a fork summed {got!r}, not {EXPECTED}")


def _median(once: Callable[[], object], count: int) -> float:
    seconds: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        once()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
