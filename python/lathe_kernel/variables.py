"""The variables of the user's namespace: what they are and how large, never what is in them."""

import itertools
import operator
import sys
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from lathe_kernel.packages import is_numpy, is_pandas, loaded
from lathe_kernel.protocol import Variable, Variables
from lathe_kernel.results import Array, DataHandle, Table

MAXIMUM_ITEMS = 80
MAXIMUM_COLUMNS = 60
# What IPython and Lathe themselves put into the namespace.
_HIDDEN = frozenset({"In", "Out", "exit", "quit", "get_ipython", "open", "lathe"})
_SAMPLE = 500
_NAME_CHARACTERS = 80
_ESTIMATED = "bytes estimated from a sample"


@dataclass
class Namespace:
    """Follows which cell bound which name last."""

    hidden: frozenset[str] = frozenset(
        {"In", "Out", "exit", "quit", "get_ipython", "open", "lathe"}
    )
    notes: dict[str, str] = field(default_factory=dict[str, str])
    _bound: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    # Up to which name all are known, the how manieth it is, and those that do not begin with `_`.
    _settled: list[str] = field(default_factory=list[str])
    _mark: tuple[str, int] = ("", 0)

    def note(self, name: str, note: str) -> None:
        """Say something about a variable for as long as its name is not bound again."""
        self.notes[name] = note

    def described(self, namespace: dict[str, Any], cell: int) -> Variables:
        """Return the state: at most 80 variables, the newest and the largest, newest first."""
        visible: dict[str, Any] = {}
        for name in self._names(namespace, f"_i{cell}"):
            if _is_visible(name, value := namespace[name]):
                visible[name] = value
        self._follow(visible, cell)
        aged = [(self._bound[name][1], self._item(name, value)) for name, value in visible.items()]
        aged.sort(key=lambda one: (one[0], one[1]["bytes"]), reverse=True)
        items = [item for _, item in aged]
        kept = _kept(items)
        return {"items": kept, "omitted": len(items) - len(kept)}

    def _names(self, namespace: dict[str, Any], mark: str) -> list[str]:
        """Return the names that do not begin with `_`, looking only at those since the last cell.

        New names come last, and IPython adds three for every cell, so that all of them would soon
        be thousands. `mark` is what it adds before a cell runs.
        """
        last, place = self._mark
        fresh = [*itertools.takewhile(partial(operator.ne, last), reversed(namespace))][::-1]
        # Something was deleted since, or nothing was ever seen.
        if not place or len(namespace) - len(fresh) != place:
            self._settled, fresh = [], list(namespace)
        public = [*filter(_is_public, fresh)]
        if mark in fresh:
            until = fresh.index(mark) + 1
            settled = [*filter(_is_public, fresh[:until])]
            self._mark = (mark, len(namespace) - len(fresh) + until)
        else:
            settled, self._mark = [], ("", 0)
        names = self._settled + public
        self._settled += settled
        return names

    def _follow(self, visible: dict[str, Any], cell: int) -> None:
        for name, value in visible.items():
            known = self._bound.get(name)
            if known is None or known[0] != id(value):
                if known is not None:
                    self.notes.pop(name, None)
                self._bound[name] = (id(value), cell)
        for name in self._bound.keys() - visible.keys():
            del self._bound[name]
            self.notes.pop(name, None)

    def _item(self, name: str, value: object) -> Variable:
        try:
            item = _described(value)
        except Exception:
            # A broken object must not cost the whole state.
            item = _Described(type(value).__name__, 0, note="cannot be measured")
        variable: Variable = {
            "name": _clipped(name),
            "type": _clipped(item.type),
            "bytes": item.bytes,
        }
        if item.shape is not None:
            variable["shape"] = item.shape
        if item.columns is not None:
            variable["columns"] = item.columns[:MAXIMUM_COLUMNS]
            if (omitted := len(item.columns) - MAXIMUM_COLUMNS) > 0:
                variable["columns_omitted"] = omitted
        if note := "; ".join(filter(None, (self.notes.get(name), item.note))):
            variable["note"] = note
        return variable

    def cells(self) -> dict[str, int]:
        """Return which cell bound which name last, as far as that is followed."""
        return {name: cell for name, (_, cell) in self._bound.items()}

    def recall(self, namespace: dict[str, Any], cells: dict[str, int]) -> None:
        """Take up names that another kernel's cells have bound."""
        for name, cell in cells.items():
            if name in namespace:
                self._bound[name] = (id(namespace[name]), cell)


def brief(name: str, value: object) -> Variable:
    """Return name, type and size of a variable, whatever it is."""
    try:
        item = _described(value)
    except Exception:
        item = _Described(type(value).__name__, 0)
    told: Variable = {"name": _clipped(name), "type": _clipped(item.type), "bytes": item.bytes}
    if item.shape is not None:
        told["shape"] = item.shape
    return told


@dataclass(frozen=True)
class _Described:
    type: str
    bytes: int
    shape: list[int] | None = None
    columns: list[list[str]] | None = None
    note: str | None = None


def shape_of(value: object) -> list[int] | None:
    """Return rows and columns, or a length, of data; None for what has neither."""
    return _described(value).shape


def bytes_of(value: object) -> int:
    """Return about how much memory a value holds, found without reading all of it."""
    return _described(value).bytes


def type_of(value: object) -> str:
    """Return the name of a value's type as the state shows it."""
    return _described(value).type


def _is_public(name: object) -> bool:
    # Code can put anything among its globals.
    return isinstance(name, str) and name[:1] != "_"


def is_shown(name: str, value: object) -> bool:
    """Tell whether a variable is one that the state lists."""
    return name[:1] != "_" and _is_visible(name, value)


def _is_visible(name: str, value: object) -> bool:
    if name in _HIDDEN or isinstance(value, types.ModuleType):
        return False
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        home = str(getattr(value, "__module__", ""))
        return home == "__main__" or home.startswith("lathe.capabilities")
    return True


def _kept(items: list[Variable]) -> list[Variable]:
    if len(items) <= MAXIMUM_ITEMS:
        return items
    newest, older = items[: MAXIMUM_ITEMS // 2], items[MAXIMUM_ITEMS // 2 :]
    largest = sorted(older, key=lambda item: item["bytes"], reverse=True)[: MAXIMUM_ITEMS // 2]
    names = {item["name"] for item in largest}
    return newest + [item for item in older if item["name"] in names][: MAXIMUM_ITEMS // 2]


def _described(value: object) -> _Described:
    for matches, describe in _KINDS:
        if matches(value):
            return describe(value)
    return _Described(type(value).__name__, _flat_size(value))


def _frame(value: Any) -> _Described:
    sizes = [_column_bytes(value.iloc[:, position]) for position in range(value.shape[1])]
    total = sum(size for size, _ in sizes) + _index_bytes(value.index)
    columns = [
        [_clipped(_label(name)), _dtype(dtype)]
        for name, dtype in zip(value.columns, value.dtypes, strict=True)
    ]
    note = _ESTIMATED if any(sampled for _, sampled in sizes) else None
    return _Described(type(value).__name__, total, list(value.shape), columns, note)


def _series(value: Any) -> _Described:
    size, sampled = _column_bytes(value)
    columns = (
        [[_clipped(_label(value.name)), _dtype(value.dtype)]] if value.name is not None else None
    )
    note = _ESTIMATED if sampled else None
    return _Described(
        type(value).__name__, size + _index_bytes(value.index), [len(value)], columns, note
    )


def _index(value: Any) -> _Described:
    return _Described(type(value).__name__, _index_bytes(value), [len(value)])


def _group_by(value: Any) -> _Described:
    return _Described(type(value).__name__, 0, note="groups of a frame held elsewhere")


def _numpy_array(value: Any) -> _Described:
    return _Described(f"ndarray[{value.dtype.name}]", int(value.nbytes), list(value.shape))


def _numpy_scalar(value: Any) -> _Described:
    return _Described(type(value).__name__, int(value.nbytes))


def _arrow(value: Any) -> _Described:
    shape = list(value.shape) if hasattr(value, "shape") else [len(value)]
    schema = getattr(value, "schema", None)
    columns = None
    if schema is not None:
        columns = [
            [_clipped(name), _clipped(str(kind))]
            for name, kind in zip(schema.names, schema.types, strict=True)
        ]
    return _Described(type(value).__name__, int(value.nbytes), shape, columns)


def _polars(value: Any) -> _Described:
    schema = getattr(value, "schema", None)
    columns = None
    if schema is not None:
        # The base type alone: an Enum's or a Categorical's full name spells its values.
        columns = [[_clipped(name), str(kind.base_type())] for name, kind in schema.items()]
    shape = list(value.shape)
    return _Described(type(value).__name__, int(value.estimated_size()), shape, columns)


def _text(value: Any) -> _Described:
    return _Described(type(value).__name__, sys.getsizeof(value), [len(value)])


def _collection(value: Any) -> _Described:
    members: Iterable[object] = value.values() if hasattr(value, "values") else value
    sample = list(itertools.islice(members, _SAMPLE))
    size = _flat_size(value)
    note = None
    if sample:
        size += int(sum(_member_bytes(member) for member in sample) / len(sample) * len(value))
        note = _ESTIMATED if len(value) > _SAMPLE else None
    return _Described(type(value).__name__, size, [len(value)], note=note)


def _handle(value: DataHandle) -> _Described:
    note = "a data result: .to_pandas() or .numpy() gives it"
    if isinstance(value, Table):
        shape = [value.rows, len(value.columns) + value.columns_omitted]
        columns = [[_clipped(name), _clipped(kind)] for name, kind in value.types]
        return _Described("lathe.Table", value.bytes, shape, columns, note)
    shape = list(value.shape) if isinstance(value, Array) else None
    return _Described(f"lathe.{type(value).__name__}", value.bytes, shape, None, note)


def _callable(value: object) -> _Described:
    return _Described("class" if isinstance(value, type) else "function", _flat_size(value))


def _member_bytes(value: object) -> int:
    if type(value) in _COLLECTIONS:
        return _flat_size(value) + len(cast("list[object]", value)) * 64
    for matches, describe in _KINDS:
        if matches(value):
            return describe(value).bytes
    return _flat_size(value)


def _flat_size(value: object) -> int:
    # Not sys.getsizeof: it would call a `__sizeof__` of the user's.
    try:
        return (
            object.__sizeof__(value)
            if type(value).__module__ == "__main__"
            else sys.getsizeof(value)
        )
    except Exception:
        return 0


def _column_bytes(column: Any) -> tuple[int, bool]:
    """Return the bytes of a Series' or an Index's values and whether they are estimated."""
    array, count = column.array, len(column)
    if column.dtype != object:
        return int(array.nbytes), False
    if count == 0:
        return 0, False
    step = max(1, count // _SAMPLE)
    sample = [array[position] for position in range(0, count, step)]
    mean = sum(_member_bytes(member) for member in sample) / len(sample)
    return int(count * (8 + mean)), step > 1


def _index_bytes(index: Any) -> int:
    if is_pandas(index, "RangeIndex"):
        return 128
    if is_pandas(index, "MultiIndex"):
        return sum(_index_bytes(level) for level in index.levels) + sum(
            int(c.nbytes) for c in index.codes
        )
    return _column_bytes(index)[0]


def _dtype(dtype: Any) -> str:
    # `name`, not `str`: it never spells the categories.
    return _clipped(str(getattr(dtype, "name", dtype)))


def _label(name: object) -> str:
    return name if isinstance(name, str) else repr(name)


def _clipped(text: str) -> str:
    return text if len(text) <= _NAME_CHARACTERS else text[: _NAME_CHARACTERS - 1] + "…"


def _is_group_by(value: object) -> bool:
    module = loaded("pandas")
    return module is not None and isinstance(
        value, module.api.typing.DataFrameGroupBy | module.api.typing.SeriesGroupBy
    )


def _is_arrow(value: object) -> bool:
    module = loaded("pyarrow")
    return module is not None and isinstance(
        value, module.Table | module.RecordBatch | module.ChunkedArray | module.Array
    )


def _is_polars(value: object) -> bool:
    module = loaded("polars")
    return module is not None and isinstance(value, module.DataFrame | module.Series)


_COLLECTIONS = (list, tuple, dict, set, frozenset)
_KINDS: list[tuple[Callable[[object], bool], Callable[[Any], _Described]]] = [
    (lambda value: type(value) in (str, bytes, bytearray), _text),
    (lambda value: type(value) in _COLLECTIONS, _collection),
    (lambda value: is_pandas(value, "DataFrame"), _frame),
    (lambda value: is_pandas(value, "Series"), _series),
    (lambda value: is_pandas(value, "Index"), _index),
    (_is_group_by, _group_by),
    (lambda value: is_numpy(value, "ndarray"), _numpy_array),
    (lambda value: is_numpy(value, "generic"), _numpy_scalar),
    (_is_arrow, _arrow),
    (_is_polars, _polars),
    (lambda value: isinstance(value, DataHandle), _handle),
    (lambda value: isinstance(value, type | types.FunctionType), _callable),
]
