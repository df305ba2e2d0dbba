"""Small things of a save, joined: a file for each would cost more than what is in it."""

from dataclasses import dataclass, field
from typing import TypedDict

from lathe_kernel.memory_parts import PartWriter

_BOUND = 16 << 20
_ALIGNMENT = 64


class Place(TypedDict):
    """Where saved bytes are: a part, where in it, and how many."""

    part: int
    offset: int
    bytes: int


@dataclass
class Packs:
    """Bytes that wait to be joined, and what each place is to say in the end."""

    _waiting: list[tuple[memoryview, Place]] = field(default_factory=list[tuple[memoryview, Place]])

    def add(self, view: memoryview) -> Place:
        """Take some bytes; the place says where they are once all are sent."""
        place: Place = {"part": -1, "offset": 0, "bytes": view.nbytes}
        self._waiting.append((view, place))
        return place

    def send(self, writer: PartWriter) -> None:
        """Send all in parts of some megabytes, each thing at a multiple of 64."""
        begin = 0
        while begin < len(self._waiting):
            views: list[memoryview] = []
            end = 0
            count = 0
            for view, place in self._waiting[begin:]:
                if count and end + view.nbytes > _BOUND:
                    break
                gap = -end % _ALIGNMENT
                views += [memoryview(bytes(gap)), view]
                place["offset"] = end + gap
                end += gap + view.nbytes
                count += 1
            part = writer.put_views(views, "pack")
            for _, place in self._waiting[begin : begin + count]:
                place["part"] = part
            begin += count
        self._waiting.clear()
