"""Slices: data frozen into sealed memory files and thawed in another kernel without a copy.

Every large buffer of the data is a file of its own, so that one that several slices share, or
that was handed over before, is written once; all that is small lies together in one more. The
receiving kernel maps the files privately: it may change what it got, and nobody else sees that.
"""

import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from lathe_kernel import pages, variables
from lathe_kernel.kept import KeptFile, KeptFiles, most_files, root_array, too_large
from lathe_kernel.pickling import LARGE, Pickled, pickled
from lathe_kernel.protocol import MAXIMUM_SLICE_FILES, Manifest

_Extent = list[int]


@dataclass(frozen=True)
class Slice:
    """Data in sealed memory files, which stay the store's to close."""

    files: tuple[KeptFile, ...]
    manifest: Manifest
    # What the receiver gets as a copy, one sentence each.
    notes: tuple[str, ...]

    @property
    def descriptors(self) -> list[int]:
        """The descriptors in the order in which the manifest counts them."""
        return [file.descriptor for file in self.files]


def freeze(value: object, store: KeptFiles, files: int = MAXIMUM_SLICE_FILES) -> Slice:
    """Put a value into at most so many sealed memory files.

    Raises:
        LatheError: the value cannot be handed over; the reason names the mend.
    """
    parts = pickled(value)
    try:
        return _Writing(store, parts, files).slice(value)
    except OSError as error:
        size = sum(one.nbytes for one in (*parts.stream, *parts.buffers))
        raise too_large(error, size) from None


def thaw(manifest: Manifest, descriptors: Sequence[int]) -> object:
    """Return the value of a slice that another kernel froze; the caller keeps the descriptors.

    One of the layout `example` was written by lathe, of an agent's recorded example.

    The value lies in private, writable maps of the files: pages are shared until they are changed.

    Raises:
        ValueError: the manifest names what the files do not have.
        Exception: whatever a broken pickle raises.
    """
    maps = [pages.mapped(descriptors[position]) for position in manifest["descriptors"]]
    buffers = [_extent(maps, one) for one in manifest["buffers"]]
    if manifest["layout"] == "example":
        # Imports pandas, and so begins a thread of Arrow where the environment does not forbid it.
        from lathe_kernel import example_data

        return example_data.made(manifest, buffers)
    stream = _Stream([_extent(maps, one) for one in manifest["pickle"]])
    return pickle.load(cast("Any", stream), buffers=buffers)


class _Writing:
    """One slice on its way into files."""

    def __init__(self, store: KeptFiles, parts: Pickled, limit: int) -> None:
        self._store = store
        self._parts = parts
        self._limit = min(limit, most_files())
        self._files: list[KeptFile] = []
        self._small: list[tuple[memoryview, _Extent]] = []

    def slice(self, value: object) -> Slice:
        views = [*_joined(self._parts.stream), *self._parts.buffers]
        extents: list[_Extent] = [[0, 0, one.nbytes] for one in views]
        pairs = list(zip(views, extents, strict=True))
        largest = sorted(pairs, key=lambda pair: pair[0].nbytes, reverse=True)
        alone = {id(pair[1]) for pair in largest[: self._limit - 1] if pair[0].nbytes >= LARGE}
        for view, extent in pairs:
            if id(extent) in alone:
                self._put_alone(view, extent)
            else:
                self._small.append((view, extent))
        self._put_together()
        self._store.own(self._parts.owners, self._files)
        stream = len(views) - len(self._parts.buffers)
        manifest: Manifest = {
            "descriptors": list(range(len(self._files))),
            "layout": "pickle5",
            "type": variables.type_of(value),
            "shape": variables.shape_of(value),
            "bytes": sum(one.nbytes for one in views),
            "pickle": extents[:stream],
            "buffers": extents[stream:],
        }
        return Slice(tuple(self._files), manifest, tuple(dict.fromkeys(self._parts.notes)))

    def _put_alone(self, view: memoryview, extent: _Extent) -> None:
        file = self._store.placed([view])
        extent[:2] = [self._position(file), file.places[0]]
        array = root_array(view.obj)
        if array is not None:
            self._store.take_place(file, view, array)

    def _put_together(self) -> None:
        if not self._small:
            return
        file = self._store.placed([view for view, _ in self._small])
        position = self._position(file)
        for (_, extent), place in zip(self._small, file.places, strict=True):
            extent[:2] = [position, place]

    def _position(self, file: KeptFile) -> int:
        if file not in self._files:
            self._files.append(file)
        return self._files.index(file)


class _Stream(io.RawIOBase):
    """A pickle in pieces, read as one."""

    def __init__(self, pieces: list[memoryview]) -> None:
        super().__init__()
        self._pieces = pieces[::-1]

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")
        done = 0
        while self._pieces and done < target.nbytes:
            piece = self._pieces.pop()
            count = min(piece.nbytes, target.nbytes - done)
            target[done : done + count] = piece[:count]
            done += count
            if count < piece.nbytes:
                self._pieces.append(piece[count:])
        return done

    def read(self, size: int = -1) -> bytes:
        count = sum(one.nbytes for one in self._pieces)
        content = bytearray(count if size < 0 else min(size, count))
        self.readinto(content)
        return bytes(content)

    def readline(self, size: int | None = -1) -> bytes:
        raise pickle.UnpicklingError("a slice's pickle is of protocol 5, which has no lines")


def _extent(maps: Sequence[memoryview], extent: _Extent) -> memoryview:
    file, start, length = extent
    if not (0 <= file < len(maps) and start >= 0 and 0 <= length <= maps[file].nbytes - start):
        raise ValueError(f"the slice has no {length} bytes at {start} of its file {file}")
    return maps[file][start : start + length]


def _joined(stream: list[memoryview]) -> list[memoryview]:
    """Join what is small with its neighbours; a large text or bytes object stays by itself."""
    joined: list[memoryview] = []
    small: list[memoryview] = []
    for piece in stream:
        if piece.nbytes < LARGE:
            small.append(piece)
            continue
        joined += [memoryview(b"".join(small)), piece]
        small = []
    return [*joined, memoryview(b"".join(small))]
