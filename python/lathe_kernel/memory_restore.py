"""Bringing a saved memory back: data is mapped and read where it is used, the rest is loaded.

The kernel that does it is sandboxed as any other; what it is given are read-only descriptors of
parts, which it maps privately, so that nothing it does reaches what was saved.
"""

import json
import linecache
import mmap
import os
import pickle
import struct
from dataclasses import dataclass, field
from typing import Any, TypedDict, cast

from lathe_kernel import memory_pickle, pages
from lathe_kernel.memory_packs import Place
from lathe_kernel.memory_rebuild import Rebuilding
from lathe_kernel.memory_save import Index, Unsaved, version
from lathe_kernel.memory_trees import LARGE
from lathe_kernel.packages import pyarrow


class Restored(TypedDict, total=False):
    """What the kernel tells lathe of a restore. With `refused` nothing was restored."""

    refused: str
    restored: int
    lost: list[Unsaved]
    rebuilt: list[str]


@dataclass
class Parts:
    """The parts that lathe has handed in, by number; open until `close`."""

    _descriptors: dict[int, int] = field(default_factory=dict[int, int])
    _maps: dict[int, memoryview] = field(default_factory=dict[int, memoryview])

    def take(self, numbers: list[int], descriptors: tuple[int, ...]) -> None:
        """Take some over."""
        self._descriptors.update(zip(numbers, descriptors, strict=True))

    def shared(self, number: int) -> memoryview:
        """Return a part's bytes; whoever asks gets the same memory."""
        if number not in self._maps:
            self._maps[number] = pages.mapped(self._descriptors[number])
        return self._maps[number]

    def own(self, number: int, start: int, length: int) -> tuple[memoryview, int]:
        """Return bytes of a part in a map of one's own, which is no longer, and where they begin.

        Linux counts each map in full: of ten columns of a frame none is to count as all of it.
        """
        end = start + length
        if not 0 <= start <= end <= os.fstat(self._descriptors[number]).st_size:
            raise MismatchError("a part is shorter than it was")
        first = start // mmap.PAGESIZE * mmap.PAGESIZE
        return pages.mapped(self._descriptors[number], first, end), start - first

    def at(self, place: Place) -> memoryview:
        """Return the bytes at a place."""
        content = self.shared(place["part"])
        _require(place, content)
        return content[place["offset"] : place["offset"] + place["bytes"]]

    def file(self, number: int) -> Any:
        """Return a part as a file to read."""
        descriptor = self._descriptors[number]
        os.lseek(descriptor, 0, os.SEEK_SET)
        return open(descriptor, "rb", closefd=False)

    def close(self) -> None:
        """Close the descriptors; what was mapped stays as long as it is used."""
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()
        self._maps.clear()


class MismatchError(Exception):
    """What was saved cannot be used here; the message says why."""


def _require(place: Place, content: memoryview) -> None:
    if not 0 <= place["offset"] <= place["offset"] + place["bytes"] <= content.nbytes:
        raise MismatchError("a part is shorter than it was")


class Restorer(memory_pickle.Source):
    """One restore into one namespace."""

    def __init__(self, namespace: dict[str, Any], parts: Parts, index: int) -> None:
        """Read the index.

        Raises:
            MismatchError: another kernel's versions have saved it.
        """
        self.namespace = namespace
        self._parts = parts
        self.index = cast("Index", json.loads(bytes(parts.shared(index))))
        for name, saved in self.index["versions"].items():
            here = version(name)
            if saved != here:
                raise MismatchError(
                    f"it was saved with {name} {saved}, and this is {here or 'not there'}"
                )
        arrays = self.index["arrays"]
        content = b"" if arrays is None else bytes(parts.at(arrays))
        self._arrays = list(struct.iter_unpack("<2q", content))

    def restore(self) -> tuple[dict[str, Any], list[Unsaved]]:
        """Return the variables, and those that could not be brought back."""
        values: dict[str, Any] = {}
        lost = list(self.index["unsaved"])
        if self.index["plain"] is not None:
            values |= json.loads(bytes(self._parts.shared(self.index["plain"])))
        memory_pickle.source.append(self)
        try:
            for group in self.index["groups"]:
                try:
                    values |= self._loaded(group["place"])
                except Exception as error:
                    reason = f"loading failed: {type(error).__name__}: {error}"[:300]
                    lost += [self._lost(name, reason) for name in group["names"]]
        finally:
            memory_pickle.source.pop()
        return values, lost

    def _loaded(self, place: Place) -> dict[str, Any]:
        if place["bytes"] < LARGE:
            return pickle.loads(self._parts.at(place))
        with self._parts.file(place["part"]) as file:
            return pickle.load(file)

    def _lost(self, name: str, reason: str) -> Unsaved:
        cell = self.index["cells"].get(name, 0)
        return {"name": name, "type": "", "reason": reason, "cell": cell}

    def array(self, number: int, length: int, is_apart: bool) -> tuple[memoryview, int]:
        """Return the bytes that an array of a length lies in, and where in them it begins."""
        region, offset = self._arrays[number]
        place = self.index["regions"][region]
        if is_apart and place["bytes"] < LARGE:
            return memoryview(bytearray(self._parts.at(place))), offset
        if is_apart:
            return self._parts.own(place["part"], place["offset"] + offset, length)
        content = self._parts.shared(place["part"])
        _require(place, content)
        return content, place["offset"] + offset

    def table(self, number: int) -> Any:
        """Return an Arrow object over a part's bytes."""
        return _as_it_was(pyarrow().ipc.open_stream(self._stream(self.index["tables"][number])))

    def _stream(self, place: Place) -> Any:
        content = self._parts.at(place) if place["bytes"] else self._parts.shared(place["part"])
        return pyarrow().py_buffer(content)


def _as_it_was(reader: Any) -> Any:
    table = reader.read_all()
    metadata = dict(table.schema.metadata or {})
    kind = metadata.pop(b"lathe.kind").decode()
    table = table.replace_schema_metadata(metadata or None)
    if kind == "table":
        return table
    if kind == "batch":
        batches = table.to_batches()
        return batches[0] if len(batches) == 1 else table.combine_chunks().to_batches()[0]
    column = table.column(0)
    if kind == "chunked":
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def bring_back(
    shell: Any, restorer: Restorer, cells: dict[int, str], pure: set[int], given: set[str]
) -> Restored:
    """Put what was saved into the shell's namespace, and say what was not.

    `cells` is the code of the cells that made it, `pure` those of them that made no host calls;
    `given` are inputs that are there anew.
    """
    values, lost = restorer.restore()
    namespace = shell.user_ns
    namespace.update({name: value for name, value in values.items() if name not in given})
    for number, code in cells.items():
        _remember(shell, number, code)
    for name, value in values.items():
        if name[:1] == "_" and name[1:].isdigit():
            namespace["_oh"][int(name[1:])] = value
    lost = [one for one in lost if one["name"] not in given]
    rebuilt, left = Rebuilding(namespace, restorer.index["cells"], cells, pure).make(lost)
    return {"restored": len(values), "lost": left, "rebuilt": rebuilt}


def _remember(shell: Any, number: int, code: str) -> None:
    """Let tracebacks and `inspect` find the source of a cell that ran in another kernel."""
    text = code if code.endswith("\n") else code + "\n"
    history = shell.history_manager.input_hist_parsed
    history.extend([""] * (number + 1 - len(history)))
    history[number] = text
    lines = text.splitlines(keepends=True)
    linecache.cache[f"cell {number}"] = (len(text), None, lines, f"cell {number}")
