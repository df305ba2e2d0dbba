"""Where the bytes of arrays lie, so that arrays over the same memory are saved once and stay one.

Arrays are told apart by addresses, not by what they say of themselves: whatever overlaps in
memory is one region, whoever owns it.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lathe_kernel.packages import numpy


@dataclass(frozen=True)
class Region:
    """A stretch of memory that arrays lie in; `whole` is the one array that is all of it."""

    low: int
    high: int
    whole: Any

    @property
    def bytes(self) -> int:
        """How long it is."""
        return self.high - self.low

    def view(self) -> memoryview:
        """Return its bytes; what lies in it must be held meanwhile."""
        return memoryview((ctypes.c_uint8 * self.bytes).from_address(self.low)).cast("B")


@dataclass
class Extents:
    """The arrays that were met, by number. They are held, so that no address is used twice."""

    _arrays: list[Any] = field(default_factory=list[Any])
    _bounds: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def __len__(self) -> int:
        """Return how many arrays were met."""
        return len(self._arrays)

    def add(self, array: Any) -> tuple[int, int]:
        """Return an array's number, and how far its first item is from its lowest byte."""
        low, high = numpy().lib.array_utils.byte_bounds(array)
        if not array.size:
            high = low
        self._arrays.append(array)
        self._bounds.append((low, high))
        return len(self._arrays) - 1, int(array.__array_interface__["data"][0]) - low

    def cut(self, count: int) -> None:
        """Forget all arrays but the first `count`."""
        del self._arrays[count:], self._bounds[count:]

    def regions(self) -> tuple[list[Region], Sequence[tuple[int, int]]]:
        """Return the regions, and for each array its region and how far from its beginning."""
        order = sorted(range(len(self._bounds)), key=self._bounds.__getitem__)
        regions: list[Region] = []
        placed: list[tuple[int, int]] = [(0, 0)] * len(order)
        group: list[int] = []
        low = high = -1
        for number in order:
            first, last = self._bounds[number]
            if group and first >= high:
                regions.append(self._region(group, low, high))
                group = []
            if not group:
                low, high = first, last
            high = max(high, last)
            placed[number] = (len(regions), first - low)
            group.append(number)
        if group:
            regions.append(self._region(group, low, high))
        return regions, placed

    def _region(self, group: list[int], low: int, high: int) -> Region:
        for number in group:
            array = self._arrays[number]
            if self._bounds[number] == (low, high) and array.flags.forc:
                return Region(low, high, array)
        return Region(low, high, None)
