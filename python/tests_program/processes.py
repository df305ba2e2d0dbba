"""Processes below a process, told apart from later ones with the same number."""

import time
from pathlib import Path

# A process by number and the moment at which it began.
Process = tuple[int, str]


def _stat(number: int) -> list[str]:
    """Give the fields of /proc/N/stat behind the name: state, parent …; empty where it is gone."""
    try:
        text = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def is_alive(process: Process) -> bool:
    fields = _stat(process[0])
    return bool(fields) and fields[0] not in "ZX" and fields[19] == process[1]


def name(process: Process) -> str:
    """Give the program's name; empty where the process has ended."""
    try:
        return Path(f"/proc/{process[0]}/comm").read_text().strip()
    except OSError:
        return ""


def below(number: int) -> list[Process]:
    """Give every process that descends from this one, nearest first."""
    parents: dict[int, list[Process]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append((int(entry.name), fields[19]))
    found: list[Process] = []
    generation = parents.get(number, [])
    while generation:
        found += generation
        generation = [child for parent in generation for child in parents.get(parent[0], [])]
    return found


def kernels_below(number: int) -> list[Process]:
    """Give the lathe-kernel processes below this one: first the template, then what it forked."""
    return [
        process
        for process in below(number)
        if is_alive(process) and name(process) == "lathe-kernel"
    ]


def all_end(processes: list[Process], seconds: float = 10) -> list[Process]:
    """Wait until they are gone; gives those that are not."""
    end = time.monotonic() + seconds
    while (
        left := [process for process in processes if is_alive(process)]
    ) and time.monotonic() < end:
        time.sleep(0.02)
    return left
