"""How variables become pickles that only ever a kernel loads.

Functions and classes that cells defined go by value (cloudpickle), and find the session's
variables again as their globals. Arrays and Arrow data are not in the pickle, but named in it by
number.
"""

import collections
import importlib
import io
import secrets
import sys
import types
from dataclasses import dataclass, field
from typing import Any, ClassVar

from lathe_kernel import arrow
from lathe_kernel.channel import Channel
from lathe_kernel.memory_regions import Extents
from lathe_kernel.memory_sharing import pandas_arrays
from lathe_kernel.packages import is_array, is_pandas, loaded, numpy, polars
from lathe_kernel.results import DataHandle
from lathe_kernel.subtasks import Subtask, SubtaskKind
from lathe_kernel.tools import ServerTools, is_tool, recalled_server, recalled_tool

# What of it is used goes by names of its own; its version is pinned.
cloudpickle: Any = importlib.import_module("cloudpickle.cloudpickle")

_token = ""


def begin() -> None:
    """Choose this kernel's part of the names of its classes; copies go on with the same."""
    global _token
    _token = secrets.token_hex(8)


class NotSavedError(Exception):
    """A value cannot be saved; the message says why."""


@dataclass
class Data:
    """What pickles name by number: arrays, and Arrow data by the object."""

    extents: Extents = field(default_factory=Extents)
    tables: list[Any] = field(default_factory=list[Any])
    _numbers: dict[int, int] = field(default_factory=dict[int, int])

    def table(self, value: Any) -> int:
        """Return the number of an Arrow object, the same for the same object."""
        number = self._numbers.setdefault(id(value), len(self.tables))
        if number == len(self.tables):
            self.tables.append(value)
        return number

    def mark(self) -> tuple[int, int]:
        """Return how much there is, to come back to."""
        return len(self.extents), len(self.tables)

    def cut(self, mark: tuple[int, int]) -> None:
        """Forget what came after a mark."""
        self.extents.cut(mark[0])
        for value in self.tables[mark[1] :]:
            del self._numbers[id(value)]
        del self.tables[mark[1] :]


def _refused(value: Any) -> Any:
    if isinstance(value, io.IOBase):
        state = "a closed" if value.closed else "an open"
        raise NotSavedError(f"{state} file cannot be saved")
    raise NotSavedError(f"a {type(value).__name__} cannot be saved")


_REFUSED: dict[Any, Any] = {io.TextIOWrapper: _refused, memoryview: _refused}


class MemoryPickler(cloudpickle.Pickler):  # pyright: ignore[reportUntypedBaseClass]
    """Writes one group of variables."""

    dispatch_table: ClassVar[Any] = collections.ChainMap(
        _REFUSED, cloudpickle.Pickler.dispatch_table
    )

    def __init__(self, sink: Any, data: Data, namespace: dict[str, Any]) -> None:
        """Write to `sink`; data goes to `data`; functions whose globals are `namespace` keep it."""
        cloudpickle.Pickler.__init__(self, sink, protocol=5)
        self._data = data
        self._namespace = namespace
        # The arrays of pandas objects: those share memory by rules of their own.
        self._apart: set[int] = set()

    def reducer_override(self, obj: Any) -> Any:
        """Take data out of the pickle; refuse what would come back as something else."""
        if is_array(obj):
            return self._array(obj)
        if is_tool(obj):
            return recalled_tool, (obj.definition,)
        if isinstance(obj, ServerTools):
            return recalled_server, (obj.__server__, obj.__names__, obj.__own__)
        if isinstance(obj, types.FunctionType):
            if sys.modules["lathe"].__dict__.get(obj.__name__) is obj:
                return recalled_call, (obj.__name__,)
            return self._function(obj)
        if isinstance(obj, type):
            _name(obj)
            return cloudpickle.Pickler.reducer_override(self, obj)
        if is_pandas(obj, "DataFrame", "Series", "Index", "api.extensions.ExtensionArray"):
            self._apart.update(map(id, pandas_arrays(obj)))
            if is_pandas(obj, "arrays.ArrowExtensionArray", "arrays.ArrowStringArray"):
                return _arrow_column(obj)
            return NotImplemented
        if arrow.is_data(obj):
            return recalled_table, (self._data.table(obj),)
        if (module := loaded("polars")) and isinstance(obj, module.DataFrame | module.Series):
            return _polars(obj)
        if isinstance(obj, Subtask):
            return recalled_subtask, (obj.id, obj.label, obj.kind, obj.note, obj.cells)
        if isinstance(obj, DataHandle | Channel):
            raise NotSavedError("what subtasks handed back ends with the program run")
        return cloudpickle.Pickler.reducer_override(self, obj)

    def _array(self, array: Any) -> Any:
        if array.dtype.hasobject:
            return NotImplemented
        number, offset = self._data.extents.add(array)
        is_apart = id(array) in self._apart
        layout = (array.dtype, array.shape, array.strides, offset, array.flags.writeable, is_apart)
        return recalled_array, (number, *layout)

    def _function(self, function: Any) -> Any:
        if function.__globals__ is not self._namespace:
            return cloudpickle.Pickler.reducer_override(self, function)
        state, slots = cloudpickle._function_getstate(function)
        slots.pop("__globals__")
        cells = function.__closure__
        closure = None if cells is None else len(cells)
        return (recalled_function, (function.__code__, closure), (state, slots), None, None, filled)


def _name(kind: type) -> None:
    """Give a class of the session's a name that stays: the same in every save of this kernel."""
    known = cloudpickle._DYNAMIC_CLASS_TRACKER_BY_CLASS
    if kind.__module__ == "__main__" and kind not in known:
        known[kind] = name = f"{_token}-{id(kind):x}"
        cloudpickle._DYNAMIC_CLASS_TRACKER_BY_ID[name] = kind


def _arrow_column(column: Any) -> Any:
    members = {name: value for name, value in column.__dict__.items() if name != "_cache"}
    return recalled_column, (type(column), members, "_cache" in column.__dict__)


def _polars(value: Any) -> Any:
    if isinstance(value, loaded("polars").DataFrame):
        return recalled_polars_frame, (value.get_columns(),)
    table = arrow.of_polars(value)
    if table is None:
        raise NotSavedError("a polars.Series of Python objects cannot be saved")
    return recalled_polars_series, (table,)


# What the pickles name; they run in the kernel that restores. `source` is set while it does.


class Source:
    """Where a kernel that restores finds what pickles name by number."""

    namespace: dict[str, Any]

    def array(self, number: int, length: int, is_apart: bool) -> tuple[memoryview, int]:
        """Return the bytes that an array of a length lies in, and where in them it begins."""
        raise NotImplementedError

    def table(self, number: int) -> Any:
        """Return an Arrow object."""
        raise NotImplementedError


source: list[Source] = []


def recalled_array(
    number: int,
    dtype: Any,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int,
    is_writeable: bool,
    is_apart: bool,
) -> Any:
    """Return an array over saved bytes, which are mapped and not read."""
    if 0 in shape:
        return numpy().empty(shape, dtype)
    reach = sum(abs(step) * (count - 1) for step, count in zip(strides, shape, strict=True))
    content, start = source[-1].array(number, reach + dtype.itemsize, is_apart)
    array = numpy().ndarray(shape, dtype, content, start + offset, strides)
    if not is_writeable:
        array.flags.writeable = False
    return array


def recalled_table(number: int) -> Any:
    """Return an Arrow object over saved bytes."""
    return source[-1].table(number)


def recalled_subtask(
    identifier: int, label: str, kind: SubtaskKind, note: dict[str, Any] | None, cells: list[int]
) -> Subtask:
    """Return a handle of what lathe knows under this number; its outcome is asked for anew."""
    background: Any = sys.modules["lathe"].__dict__["_background"]
    subtask = background.recalled(identifier, label, kind, note)
    subtask.cells = cells
    return subtask


def recalled_call(name: str) -> Any:
    """Return a function of the `lathe` object."""
    return getattr(sys.modules["lathe"], name)


def recalled_column(kind: Any, members: dict[str, Any], has_cache: bool) -> Any:
    """Return a column of pandas' over Arrow data."""
    column = kind.__new__(kind)
    column.__dict__.update(members | ({"_cache": {}} if has_cache else {}))
    return column


def recalled_polars_frame(columns: list[Any]) -> Any:
    """Return a frame of polars'."""
    return polars().DataFrame(columns)


def recalled_polars_series(table: Any) -> Any:
    """Return a series of polars'."""
    return polars().from_arrow(table, rechunk=False).to_series()


def recalled_function(code: types.CodeType, cells: int | None) -> types.FunctionType:
    """Return a function whose globals are the session's variables; `filled` gives it the rest."""
    closure = None if cells is None else tuple(types.CellType() for _ in range(cells))
    return types.FunctionType(code, source[-1].namespace, None, None, closure)


def filled(function: Any, parts: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Give a function its defaults, names and what its closure holds."""
    state, slots = parts
    function.__dict__.update(state)
    slots.pop("_cloudpickle_submodules")
    for cell, saved in zip(function.__closure__ or (), slots.pop("__closure__") or (), strict=True):
        try:
            cell.cell_contents = saved.cell_contents
        except ValueError:
            continue  # Nothing was in it yet.
    for name, value in slots.items():
        setattr(function, name, value)
