"""What the session under soak takes of the machine, and what it may."""

import os
import statistics
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from lathe_bench import processes

_MEGA = 1e-6
_PATIENCE = 20.0
"""Seconds that what is ending may take to be gone."""


@dataclass(frozen=True)
class Sample:
    """Taken between two conversations, when nothing is under way."""

    lathe_mb: float
    template_mb: float
    descriptors: int
    template_descriptors: int
    processes: int
    files: int

    def over(self, base: "Sample") -> list[str]:
        """Name what has grown beyond what is allowed since the first sample."""
        grown = {name: value - asdict(base)[name] for name, value in asdict(self).items()}
        return [
            f"{name} grew from {asdict(base)[name]:.6g} to {asdict(self)[name]:.6g}; "
            f"{_ALLOWED[name]:g} more are allowed"
            for name, more in grown.items()
            if more > _ALLOWED[name]
        ]


# Memory is allowed what allocators keep for the next time; a leak goes beyond it in an hour.
_ALLOWED = {
    "lathe_mb": 48,
    "template_mb": 16,
    "descriptors": 8,
    "template_descriptors": 0,
    "processes": 0,
    "files": 0,
}
_DRIFT = {"lathe_mb": 16.0, "template_mb": 6.0}


def drift(samples: Sequence[Sample]) -> list[str]:
    """Name the memory whose median in the last third is above that in the first by too much."""
    third = len(samples) // 3
    if not third:
        return []
    found: list[str] = []
    for name, allowed in _DRIFT.items():
        first, last = (
            statistics.median(asdict(sample)[name] for sample in part)
            for part in (samples[:third], samples[-third:])
        )
        if last - first > allowed:
            found.append(f"{name} drifted from {first:.1f} to {last:.1f}")
    return found


def settled(number: int, folder: Path, base: Sample | None) -> Sample:
    """Return a sample once nothing counted is above the base, or as it is when patience ends."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        time.sleep(0.5)
        sample = _sample(number, folder)
        if base is None or not sample.over(base) or time.monotonic() > deadline:
            return sample


def _sample(number: int, folder: Path) -> Sample:
    below = processes.below(number)
    kernels = {each.number for each in below if each.name == "lathe-kernel"}
    forked = {each.number for each in below if each.parent in kernels}
    template = next(iter(kernels - forked), 0)
    inside = (Path(f"/proc/{template}/root{each}") for each in ("/tmp", "/dev/shm"))
    return Sample(
        lathe_mb=processes.pss(number) * _MEGA,
        template_mb=_resident(template) * _MEGA,
        descriptors=_descriptors(number),
        template_descriptors=_descriptors(template),
        processes=len(below),
        files=_files(folder) + sum(_files(each) for each in inside),
    )


def _resident(number: int) -> int:
    # Not by share: the template's would fall with each fork.
    with suppress(OSError, StopIteration):
        text = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
        line = next(line for line in text.splitlines() if line.startswith("Rss:"))
        return int(line.split()[1]) << 10
    return 0


def _descriptors(number: int) -> int:
    with suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{number}/fd").iterdir())
    return 0


def _files(folder: Path) -> int:
    """Count what lies in a folder, without the outputs that a session keeps."""
    count = 0
    with suppress(OSError):
        for where, folders, files in os.walk(folder):
            if Path(where).name in ("outputs", "artifacts"):
                folders.clear()
                continue
            count += len(files) + len(folders)
    return count
