"""The processes below this one: what memory they take, and their end."""

import ctypes
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lathe_bench.cells import BenchError

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Process:
    """One process as /proc shows it."""

    number: int
    parent: int
    name: str


def become_reaper() -> None:
    """Make processes whose parents ended children of this one, so that none is lost sight of."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise BenchError(f"orphans cannot be taken over: {os.strerror(ctypes.get_errno())}")


def below(number: int) -> list[Process]:
    """Return the children of a process, their children, and so on."""
    everything = _everything()
    found: list[Process] = []
    parents = {number}
    while parents:
        children = [process for process in everything if process.parent in parents]
        found += children
        parents = {process.number for process in children}
    return found


def pss(number: int) -> int:
    """Return the bytes of memory of a process, shared pages by share; 0 once it has ended."""
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    except PermissionError:
        raise BenchError(
            f"the memory of process {number} may not be read: run as the user who runs it, or root"
        ) from None
    return next(
        (int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("Pss:")), 0
    )


def pss_below(number: int) -> int:
    """Return the bytes of memory of everything below a process."""
    return sum(pss(process.number) for process in below(number))


def cpu(number: int) -> float:
    """Return the seconds of processor time that a process and everything below it have used."""
    ticks = 0
    for each in [number, *(process.number for process in below(number))]:
        try:
            text = Path(f"/proc/{each}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        # User and system, its own and of children that ended; the state after the name is 0.
        ticks += sum(int(field) for field in text.rpartition(")")[2].split()[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def own_memory(number: int) -> int:
    """Return the bytes of memory that a process alone has written; 0 once it has ended."""
    try:
        text = Path(f"/proc/{number}/status").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(
        (int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("RssAnon:")), 0
    )


def end_all(seconds: float = 10) -> int:
    """Kill everything below this process and wait until it is gone; return how many were left."""
    deadline = time.monotonic() + seconds
    while (left := below(os.getpid())) and time.monotonic() < deadline:
        for process in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process.number, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.02)
    return len(left)


def _everything() -> list[Process]:
    found: list[Process] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        # The name stands in brackets and may hold anything, brackets included.
        name, _, rest = text[text.index("(") + 1 :].rpartition(")")
        found.append(Process(int(folder.name), int(rest.split()[1]), name))
    return found
