"""One run of the measurements: who is measured, how often, and which figures are wanted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lathe_bench.figure import Line
from lathe_bench.lathe_side import LatheSide


@dataclass(frozen=True)
class Run:
    """What a measurement has at hand."""

    program: Path
    lathe: LatheSide
    wanted: frozenset[str]
    quick: bool
    say: Callable[[str], None]

    def times(self, count: int) -> int:
        """Return how often to repeat what is repeated `count` times in a whole run."""
        return max(1, count // 4) if self.quick else count

    def wants(self, *names: str) -> bool:
        """Tell whether any of these figures is wanted."""
        return not self.wanted.isdisjoint(names)


@dataclass(frozen=True)
class Measurement:
    """What gives some figures, of which a run may want a few."""

    names: tuple[str, ...]
    measure: Callable[[Run], Iterator[Line]]
    packages: tuple[str, ...] = ()
    """Modules of peers that must be there."""
    shared_memory: int = 0
    """Bytes that must be free in /dev/shm."""
    memory: int = 0
    """Bytes of memory that must be free."""
