"""Saving the working memory: every variable, in groups of those that share objects.

Runs in a frozen copy of the session's kernel, which is ended afterwards, while the session goes
on. Nothing here knows a path: parts go to lathe, which makes files of them.
"""

import io
import itertools
import json
import math
import struct
import sys
from collections.abc import Mapping
from typing import Any, TypedDict, cast

from lathe_kernel import memory_trees
from lathe_kernel import variables as described
from lathe_kernel.later_modules import LaterModule
from lathe_kernel.memory_packs import Packs, Place
from lathe_kernel.memory_parts import PartWriter, Spool
from lathe_kernel.memory_pickle import Data, MemoryPickler, NotSavedError
from lathe_kernel.memory_regions import Region
from lathe_kernel.memory_sharing import groups
from lathe_kernel.memory_trees import LARGE
from lathe_kernel.packages import loaded, numpy, pyarrow

_MOST_FILES = 1_000
_PLAIN_ITEMS = 2_000
_PLAIN_INTEGER = 1 << 53
_LISTED = 1_000
# Names that the shell and lathe give anew in every kernel.
_GIVEN = frozenset(
    {
        *("In", "Out", "_ih", "_oh", "_dh", "_sh", "exit", "quit", "get_ipython", "open", "lathe"),
        *("_i", "_ii", "_iii", "__name__", "__doc__", "__package__", "__loader__", "__spec__"),
        *("__builtin__", "__builtins__", "__annotations__", "__file__", "__warningregistry__"),
    }
)


class Unsaved(TypedDict):
    """A variable that is not in a save, why, and the cell that bound it; 0 where none is known."""

    name: str
    type: str
    reason: str
    cell: int


class Group(TypedDict):
    """Variables that are in one pickle."""

    names: list[str]
    place: Place


class Index(TypedDict):
    """What a kernel needs to find everything again; only kernels read it."""

    format: int
    versions: dict[str, str]
    plain: int | None
    groups: list[Group]
    regions: list[Place]
    arrays: Place | None
    tables: list[Place]
    cells: dict[str, int]
    unsaved: list[Unsaved]


class Saved(TypedDict):
    """What the kernel tells lathe of a save."""

    parts: list[Any]
    index: int
    variables: list[dict[str, Any]]
    omitted: int
    unsaved: list[Unsaved]
    unsaved_omitted: int


def versions() -> dict[str, str]:
    """Return the versions that what was saved depends on, without what changes nothing."""
    packages = [one for one in ("numpy", "pandas", "pyarrow", "cloudpickle") if loaded(one)]
    return {name: version(name) or "" for name in ("python", *packages)}


def version(name: str) -> str | None:
    """Return major and minor version of Python or of a package, loaded or not; None for none."""
    if name == "python":
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    if (module := loaded(name)) is not None:
        found = str(module.__version__)
    else:
        # It takes long to import, and few saves are restored by other versions.
        from importlib import metadata

        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            return None
    return ".".join(found.split(".")[:2])


class Saver:
    """One save of one namespace."""

    def __init__(
        self, namespace: dict[str, Any], cells: Mapping[str, int], writer: PartWriter
    ) -> None:
        """Save what `namespace` holds; `cells` says which cell bound a name."""
        self._namespace = namespace
        self._cells = cells
        self._writer = writer
        self._data = Data()
        self._packs = Packs()
        self._groups: list[Group] = []
        self._unsaved: list[Unsaved] = []

    def save(self) -> Saved:
        """Send all parts and return what they are."""
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 3_000))
        wanted = {name: self._namespace[name] for name in _names(self._namespace)}
        for name, value in cast("dict[object, Any]", self._namespace).items():
            if not isinstance(name, str):
                self._leave_out(f"{name!r:.80}", value, "its name is no text")
        plain: dict[str, Any] = {}
        trees = memory_trees.lengths(wanted)
        for names in groups(wanted, self._namespace, trees):
            only = names[0]
            if len(names) == 1 and only in trees:
                self._save_tree(only, wanted[only], trees[only])
            elif len(names) == 1 and is_plain(wanted[only]):
                plain[only] = wanted[only]
            else:
                self._save_group({name: wanted[name] for name in names})
        index: Any = {
            "format": 1,
            "versions": versions(),
            "plain": self._put_json(plain, "json") if plain else None,
            "groups": self._groups,
            **self._save_data(),
            "cells": {name: cell for name, cell in self._cells.items() if name in wanted},
            "unsaved": self._unsaved,
        }
        place = self._put_json(index, "index")
        self._writer.end()
        return self._told(wanted, place)

    def _put_json(self, value: dict[str, Any], form: str) -> int:
        return self._writer.put(json.dumps(value, separators=(",", ":")).encode(), form)

    def _save_tree(self, name: str, value: object, length: int) -> None:
        part = self._writer.put_written(
            lambda sink: memory_trees.write(name, value, sink), length, "pickle"
        )
        self._groups.append(
            {"names": [name], "place": {"part": part, "offset": 0, "bytes": length}}
        )

    def _save_group(self, values: dict[str, Any]) -> None:
        place = self._pickled(values)
        if place is None:
            values = self._picklable(values)
            place = self._pickled(values) if values else None
        if place is not None:
            self._groups.append({"names": sorted(values), "place": place})

    def _pickled(self, values: dict[str, Any]) -> Place | None:
        """Send one pickle; None where that cannot be."""
        mark = self._data.mark()
        spool = Spool(self._writer, "pickle")
        try:
            MemoryPickler(spool, self._data, self._namespace).dump(values)
        except Exception:
            spool.drop()
            self._data.cut(mark)
            return None
        if spool.bytes < LARGE:
            return self._packs.add(spool.content())
        return {"part": spool.end(), "offset": 0, "bytes": spool.bytes}

    def _picklable(self, values: dict[str, Any]) -> dict[str, Any]:
        """Leave out what cannot be saved, found out by trying each alone."""
        good: dict[str, Any] = {}
        for name, value in values.items():
            problem = self._problem({name: value})
            if problem is None:
                good[name] = value
            else:
                self._leave_out(name, value, problem)
        return good

    def _leave_out(self, name: str, value: object, reason: str) -> None:
        brief = described.brief(name, value)
        cell = self._cells.get(name, 0)
        one: Unsaved = {"name": name, "type": brief["type"], "reason": reason, "cell": cell}
        self._unsaved.append(one)

    def _problem(self, values: dict[str, Any]) -> str | None:
        mark = self._data.mark()
        try:
            MemoryPickler(_Nowhere(), self._data, self._namespace).dump(values)
        except NotSavedError as error:
            return str(error)
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:300]
        finally:
            self._data.cut(mark)
        return None

    # MARK: Data

    def _save_data(self) -> dict[str, Any]:
        regions, placed = self._data.extents.regions()
        large = [region for region in regions if region.bytes >= LARGE]
        large.sort(key=lambda region: region.bytes, reverse=True)
        alone = set(map(id, large[:_MOST_FILES]))
        places = [
            self._put_array(region) if id(region) in alone else self._packs.add(region.view())
            for region in regions
        ]
        tables = [self._put_table(value) for value in self._data.tables]
        arrays = struct.pack(f"<{2 * len(placed)}q", *itertools.chain.from_iterable(placed))
        place = self._packs.add(memoryview(arrays)) if arrays else None
        self._packs.send(self._writer)
        return {"regions": places, "arrays": place, "tables": tables}

    def _put_array(self, region: Region) -> Place:
        view = region.view()
        whole = region.whole
        header = _header(numpy().frombuffer(view, "uint8") if whole is None else whole)
        part = self._writer.put_views([header, view], "npy")
        return {"part": part, "offset": header.nbytes, "bytes": view.nbytes}

    def _put_table(self, value: Any) -> Place:
        """Send Arrow data as a stream of Arrow's; one that is small goes into a pack."""
        table = as_table(value)
        if value.nbytes < LARGE:
            sink = io.BytesIO()
            _write_table(table, sink)
            return self._packs.add(memoryview(sink.getvalue()))
        part = self._writer.put_written(
            lambda sink: _write_table(table, sink), value.nbytes, "arrows"
        )
        return {"part": part, "offset": 0, "bytes": 0}

    # MARK: What is told

    def _told(self, wanted: dict[str, Any], index: int) -> Saved:
        lost = {one["name"] for one in self._unsaved}
        names = [
            name for name in wanted if name not in lost and described.is_shown(name, wanted[name])
        ]
        return {
            "parts": self._writer.parts,
            "index": index,
            "variables": [self._listed(name, wanted[name]) for name in names[:_LISTED]],
            "omitted": max(len(names) - _LISTED, 0),
            "unsaved": self._unsaved[:_LISTED],
            "unsaved_omitted": max(len(self._unsaved) - _LISTED, 0),
        }

    def _listed(self, name: str, value: object) -> dict[str, Any]:
        return {**described.brief(name, value), "cell": self._cells.get(name, 0)}


def is_plain(value: object) -> bool:
    """Tell whether JSON gives a value back as it is, at little cost, with nothing in it twice."""
    waiting = [value]
    seen: set[int] = set()
    count = 0
    while waiting:
        one = waiting.pop()
        count += 1
        if count > _PLAIN_ITEMS or not _is_plain_item(one):
            return False
        if type(one) in (list, dict):
            if id(one) in seen:
                return False
            seen.add(id(one))
            members = cast("Any", one)
            if type(one) is dict:
                if not all(type(key) is str and _is_text(key) for key in members):
                    return False
                members = members.values()
            waiting.extend(members)
    return True


def _is_plain_item(one: Any) -> bool:
    match one:
        case None | bool():
            return True
        case int():
            return type(one) is int and abs(one) <= _PLAIN_INTEGER
        case float():
            return type(one) is float and math.isfinite(one)
        case str():
            return type(one) is str and len(one) <= LARGE and _is_text(one)
        case _:
            return type(one) in (list, dict)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_table(value: Any) -> Any:
    """Return Arrow data of any kind as a table; `memory_restore` gives it back as what it was."""
    arrow = pyarrow()
    if isinstance(value, arrow.Table):
        table = value
    elif isinstance(value, arrow.RecordBatch):
        table = arrow.Table.from_batches([value])
    else:
        table = arrow.table({"values": value})
    names = ("array", "chunked", "batch", "table")
    kinds = (arrow.Array, arrow.ChunkedArray, arrow.RecordBatch, arrow.Table)
    kind = next(name for name, one in zip(names, kinds, strict=True) if isinstance(value, one))
    return table.replace_schema_metadata({**(table.schema.metadata or {}), "lathe.kind": kind})


def _write_table(table: Any, sink: Any) -> None:
    with pyarrow().ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _header(array: Any) -> memoryview:
    """Return the beginning of an .npy file; the data after it is aligned for any use."""
    sink = io.BytesIO()
    form = numpy().lib.format
    form.write_array_header_2_0(sink, form.header_data_from_array_1_0(array))
    return memoryview(sink.getvalue())


def _names(namespace: dict[str, Any]) -> list[str]:
    known = {"np": loaded("numpy"), "pd": loaded("pandas")}
    return [
        name
        # Code can put anything among its globals.
        for name, value in cast("dict[Any, Any]", namespace).items()
        if isinstance(name, str)
        and name not in _GIVEN
        and not (name[:2] == "_i" and name[2:].isdigit())
        and not (name in known and (value is known[name] or isinstance(value, LaterModule)))
    ]


class _Nowhere:
    def write(self, data: Any) -> int:
        return len(data)
