"""Kernels against kernels of Jupyter: speed, start, memory."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from lathe_bench import jupyter_side, processes
from lathe_bench.cells import (
    ADD,
    ASSIGN,
    ENDLESS_LOOP,
    FLOOD,
    IMPORT_AND_ADD,
    LONG_SLEEP,
    OUTPUT,
    BenchError,
    Code,
)
from lathe_bench.figure import Figure, best
from lathe_bench.jupyter_side import IPYKERNELS, XEUS, Jupyter, JupyterKernel
from lathe_bench.run import Run

_BLOCKS, _BLOCK, _WARM_UP = 20, 25, 50
_STARTS, _KERNELS, _BURSTS, _BURST, _MANY = 7, 15, 3, 8, 100
_FLOODS, _INTERRUPTS, _IDLE, _BESIDE = 3, 10, 8, 200
# Kernels that were forked ahead are there again: a session's subtasks seldom come faster.
_PAUSE = 0.3
# So many are forked ahead: one for a session, the others for subtasks.
_AHEAD, _WHOLE = 3, 20.0
_XEUS_PATIENCE = 3.0
_MILLI, _MEGA = 1000.0, 1e-6

Seconds = dict[Jupyter, list[float]]


def peers(run: Run, name: str) -> tuple[Jupyter, ...]:
    """Return who a figure is compared with: xeus-python only where that line is wanted."""
    return IPYKERNELS + ((XEUS,) if run.wants(f"{name}_vs_xeus") else ())


def roundtrip(run: Run) -> Iterator[Figure]:
    """`1+1` from the client to the kernel and back, in turns."""
    yield from _roundtrips(run, "roundtrip", ADD)


def roundtrip_plain(run: Run) -> Iterator[Figure]:
    """The same of a cell that needs nothing of IPython."""
    yield from _roundtrips(run, "roundtrip_plain", ASSIGN)


def _roundtrips(run: Run, name: str, code: Code) -> Iterator[Figure]:
    ours: list[float] = []
    with ExitStack() as stack:
        kernels = {peer: stack.enter_context(JupyterKernel(peer)) for peer in peers(run, name)}
        theirs: Seconds = {peer: [] for peer in kernels}
        run.lathe.start(ADD)
        run.lathe.cells(code, _WARM_UP)
        for kernel in kernels.values():
            kernel.cells(code, _WARM_UP)
        for _ in range(run.times(_BLOCKS)):
            ours += run.lathe.cells(code, _BLOCK)
            for peer, kernel in kernels.items():
                theirs[peer] += kernel.cells(code, _BLOCK)
        run.lathe.stop()
    yield from _compared(name, ours, theirs, "ms", _MILLI)


def flood_latency(run: Run) -> Iterator[Figure]:
    """`1+1` in a second kernel while the first prints 10 GB, against the same without."""
    run.lathe.start(ADD)
    run.lathe.keep(ADD, 1)
    run.lathe.beside(ADD, _WARM_UP)
    alone = run.lathe.beside(ADD, _BESIDE)
    run.lathe.begin_flood(FLOOD)
    beside = run.lathe.beside(ADD, _BESIDE)
    flood = run.lathe.end_flood()
    run.lathe.stop()
    if flood < sum(beside):
        raise BenchError(f"the flood was over after {flood:.2f} s, before all cells beside it")
    with_flood, without = (statistics.median(each) * _MILLI for each in (beside, alone))
    note = f"10 GB came in {flood:.2g} s"
    yield Figure("flood_latency", with_flood, without, "the same kernel without", "ms", note)


def cold_start(run: Run) -> Iterator[Figure]:
    """From nothing to the first result: with the packages of data work, and the bare sum.

    Both sides import numpy and pandas in the first, and neither in the second.
    """
    for name, code in (("cold_start", IMPORT_AND_ADD), ("cold_start_without_imports", ADD)):
        if not run.wants(name, f"{name}_vs_xeus"):
            continue
        ours: list[float] = []
        theirs: Seconds = {peer: [] for peer in peers(run, name)}
        for _ in range(run.times(_STARTS)):
            ours.append(run.lathe.start(code))
            run.lathe.stop()
            for peer, seconds in theirs.items():
                seconds.append(jupyter_side.first_result(peer, code))
        yield from _compared(name, ours, theirs, "s", 1)


def isolated_kernel(run: Run) -> Iterator[Figure]:
    """One more kernel beside a running one, until its first result."""
    ours: list[float] = []
    theirs: Seconds = {peer: [] for peer in peers(run, "isolated_kernel")}
    _start_whole(run)
    for _ in range(run.times(_KERNELS)):
        time.sleep(_PAUSE)
        ours.append(run.lathe.kernel(ADD))
    run.lathe.stop()
    for _ in range(run.times(_STARTS)):
        for peer, seconds in theirs.items():
            seconds.append(jupyter_side.first_result(peer, ADD))
    yield from _compared("isolated_kernel", ours, theirs, "ms", _MILLI)


def isolated_kernels(run: Run) -> Iterator[Figure]:
    """Eight more kernels at once, until the last has its first result."""
    yield from _burst(run, f"isolated_kernels_{_BURST}_at_once", _BURST, _BURSTS, "ms", _MILLI)


def isolated_100(run: Run) -> Iterator[Figure]:
    """A hundred kernels, until the last has its first result; the peer once, over one transport."""
    _start_whole(run)
    ours: list[float] = []
    for _ in range(run.times(_BURSTS)):
        time.sleep(_PAUSE)
        ours.append(run.lathe.kernels(ADD, _MANY))
    run.lathe.stop()
    theirs: Seconds = {
        peer: [jupyter_side.first_results(peer, ADD, _MANY)]
        for peer in peers(run, "isolated_100")[1:]
    }
    yield from _compared("isolated_100", ours, theirs, "s", 1)


def _burst(
    run: Run, name: str, count: int, times: int, unit: str, scale: float
) -> Iterator[Figure]:
    ours: list[float] = []
    theirs: Seconds = {peer: [] for peer in peers(run, name)}
    _start_whole(run)
    for _ in range(run.times(times)):
        time.sleep(_PAUSE)
        ours.append(run.lathe.kernels(ADD, count))
        for peer, seconds in theirs.items():
            seconds.append(jupyter_side.first_results(peer, ADD, count))
    run.lathe.stop()
    yield from _compared(name, ours, theirs, unit, scale)


def output(run: Run) -> Iterator[Figure]:
    """A hundred million printed bytes until all have arrived; Lathe keeps them in a file."""
    yield from _in_kernels(
        run,
        "output_100mb",
        lambda: [run.lathe.output(OUTPUT)],
        lambda kernel: [kernel.output(OUTPUT)],
        _FLOODS,
        ("s", 1),
    )


def interrupt(run: Run) -> Iterator[Figure]:
    """From the call of interrupt to the interrupted cell's result: a Python loop, and a sleep."""
    for name, code in (("interrupt", ENDLESS_LOOP), ("interrupt_sleep", LONG_SLEEP)):
        if run.wants(name, f"{name}_vs_xeus"):
            yield from _in_kernels(
                run,
                name,
                lambda code=code: run.lathe.interrupt(code, 1),
                lambda kernel, code=code: kernel.interrupt(code, 1),
                _INTERRUPTS,
                ("ms", _MILLI),
            )


def _in_kernels(
    run: Run,
    name: str,
    ours: Callable[[], list[float]],
    theirs: Callable[[JupyterKernel], list[float]],
    times: int,
    unit: tuple[str, float],
) -> Iterator[Figure]:
    """Measure the same in one kernel of each, in turns; a peer that fails is named in its line."""
    ours_seconds: list[float] = []
    their_seconds: Seconds = {}
    failures: dict[Jupyter, str] = {}
    with ExitStack() as stack:
        kernels: dict[Jupyter, JupyterKernel] = {}
        for peer in peers(run, name):
            patience = _XEUS_PATIENCE if peer is XEUS else 60
            kernels[peer] = stack.enter_context(JupyterKernel(peer, patience))
        run.lathe.start(ADD)
        for _ in range(run.times(times)):
            ours_seconds += ours()
            for peer, kernel in kernels.items():
                if peer in failures:
                    continue
                try:
                    their_seconds.setdefault(peer, []).extend(theirs(kernel))
                except BenchError as error:
                    if peer is not XEUS:
                        raise
                    failures[peer] = str(error)
        run.lathe.stop()
    for peer in failures:
        their_seconds.pop(peer, None)
    yield from _compared(name, ours_seconds, their_seconds, *unit)
    for peer, reason in failures.items():
        scaled = statistics.median(ours_seconds) * unit[1]
        yield Figure(f"{name}_vs_xeus", scaled, None, str(peer), unit[0], reason)


def idle_memory(run: Run) -> Iterator[Figure]:
    """The memory of one idle kernel of eight, and of all eight with what they need beside them."""
    _start_whole(run)
    run.lathe.keep(IMPORT_AND_ADD, _IDLE)
    time.sleep(1)
    ours = sorted((processes.pss(each) for each in run.lathe.kernel_processes()), reverse=True)
    whole = processes.pss_below(run.lathe.number)
    run.lathe.stop()
    # The kernels that ran a cell are the larger ones; the others are forked ahead of need.
    one = statistics.median(ours[:_IDLE]) * _MEGA
    for suffix, code, what in (
        ("", IMPORT_AND_ADD, "numpy and pandas imported in both"),
        ("_without_imports", ADD, "numpy and pandas imported only in Lathe's"),
    ):
        for peer in (IPYKERNELS[0], XEUS):
            name = f"idle_memory{suffix}" + ("_vs_xeus" if peer is XEUS else "")
            if not run.wants(name):
                continue
            theirs = _idle_pss(peer, code)
            median = statistics.median(theirs) * _MEGA
            yield Figure(name, one, median, str(peer), "MB", what)
            if name == "idle_memory":
                alls = sum(theirs) * _MEGA
                yield Figure("idle_memory_8_kernels", whole * _MEGA, alls, str(peer), "MB", what)


def _start_whole(run: Run) -> None:
    """Start a session whose template has imported all that it will, as after a model's first reply.

    Kernels are forked ahead of need from then on, which shows.
    """
    run.lathe.start(ADD)
    deadline = time.monotonic() + _WHOLE
    while len(run.lathe.kernel_processes()) < 1 + _AHEAD:
        if time.monotonic() > deadline:
            raise BenchError(f"no kernels were forked ahead within {_WHOLE:.0f} s")
        time.sleep(0.1)


def _idle_pss(peer: Jupyter, code: Code) -> list[int]:
    with jupyter_side.kernels(peer, code, _IDLE) as kernels:
        time.sleep(1)
        return [
            processes.pss(kernel.number) + processes.pss_below(kernel.number) for kernel in kernels
        ]


def _compared(
    name: str, ours: list[float], theirs: Seconds, unit: str, scale: float
) -> Iterator[Figure]:
    """Compare with the faster of ipykernel's transports, and with xeus-python where it is there."""
    mine = statistics.median(ours) * scale
    if xeus := theirs.pop(XEUS, None):
        yield Figure(f"{name}_vs_xeus", mine, statistics.median(xeus) * scale, str(XEUS), unit)
    if theirs:
        peer, median = best({str(peer): seconds for peer, seconds in theirs.items()})
        yield Figure(name, mine, median * scale, peer, unit)
