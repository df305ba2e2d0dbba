"""What a slice is made of: a pickle (protocol 5) and the buffers that its data lies in.

Only the receiving kernel ever loads a pickle; lathe never does.
"""

import pickle
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from lathe_kernel import arrow
from lathe_kernel.errors import invalid
from lathe_kernel.kept import root_array
from lathe_kernel.packages import is_array, is_pandas, loaded, numpy, polars
from lathe_kernel.results import DataHandle

# A smaller buffer costs more to name than to copy.
_IN_BAND = 16 << 10
LARGE = 1 << 20


@dataclass
class Pickled:
    """A value taken apart: the pickle in pieces, its buffers, and what it was made of.

    `owners` are the frames, tables and arrays in it; while one of them lives, its files do.
    """

    stream: list[memoryview] = field(default_factory=list[memoryview])
    buffers: list[memoryview] = field(default_factory=list[memoryview])
    owners: list[object] = field(default_factory=list[object])
    notes: list[str] = field(default_factory=list[str])

    def write(self, data: bytes | bytearray) -> int:
        """Take a piece of the pickle; a large text or bytes object comes as it is, uncopied."""
        self.stream.append(memoryview(data).cast("B"))
        return len(data)


def pickled(value: object) -> Pickled:
    """Take a value apart.

    Raises:
        LatheError: the value cannot be handed over; the reason names the mend.
    """
    result = Pickled()

    def keep(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _IN_BAND:
            return True
        result.buffers.append(raw)
        return False

    try:
        _SlicePickler(result, keep).dump(value)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise invalid(
            f"a {type(value).__name__} cannot be handed over ({error}); hand over plain data: "
            "a DataFrame, an array, a dict, a list.",
        ) from None
    return result


class _SlicePickler(pickle.Pickler):
    """Refuses what the other kernel could not load, and hands over no more than was asked for."""

    def __init__(self, result: Pickled, keep: Callable[[pickle.PickleBuffer], bool]) -> None:
        super().__init__(cast("Any", result), protocol=5, buffer_callback=keep)
        self._result = result
        self._has_object_columns = False

    def reducer_override(self, obj: object) -> Any:
        if obj is None or isinstance(obj, type | types.FunctionType):
            _require_known(obj)
            return NotImplemented
        _require_known(type(obj))
        if isinstance(obj, types.ModuleType):
            raise invalid(f"the module `{obj.__name__}` cannot be handed over; import it there.")
        if is_array(obj):
            return self._array(obj)
        if is_pandas(obj, "DataFrame", "Series", "MultiIndex"):
            return self._pandas(obj)
        if is_pandas(obj, "arrays.ArrowExtensionArray"):
            return _arrow_column(obj)
        if arrow.is_data(obj):
            self._result.owners.append(obj)
            return (
                arrow.compacted(obj).__reduce_ex__(5) if arrow.holds_more(obj) else NotImplemented
            )
        if isinstance(obj, DataHandle):
            return _as_it_is, (obj.take(),)
        if (module := loaded("polars")) and isinstance(obj, module.DataFrame | module.Series):
            return self._polars(obj)
        return NotImplemented

    def _array(self, array: Any) -> Any:
        self._result.owners.append(root_array(array))
        if array.dtype.hasobject:
            if not self._has_object_columns:  # Then this is one of them.
                self._note(f"an array of {array.size:,} items", array.size)
            return NotImplemented
        if array.nbytes < _IN_BAND:
            return NotImplemented
        whole = array if array.flags.forc else array.copy(order="K")
        if not whole.flags.forc:  # Some orders of axes have no contiguous copy.
            whole = numpy().ascontiguousarray(array)
        order = "C" if whole.flags.c_contiguous else "F"
        flat = whole.reshape(-1, order=order).view("uint8")
        buffer = pickle.PickleBuffer(flat)
        return _as_array, (buffer, whole.dtype, whole.shape, order)

    def _pandas(self, obj: Any) -> Any:
        self._result.owners.append(obj)
        if is_pandas(obj, "MultiIndex"):
            return obj.remove_unused_levels().__reduce_ex__(5)
        prepared, objects = arrow.with_strings(obj)
        for name in objects:
            self._has_object_columns = True
            self._note(f"the column {name!r:.80}", len(obj))
        return prepared.__reduce_ex__(5)

    def _polars(self, obj: Any) -> Any:
        self._result.owners.append(obj)
        if isinstance(obj, loaded("polars").DataFrame):
            return _as_polars_frame, (obj.get_columns(),)
        table = arrow.of_polars(obj)
        return NotImplemented if table is None else (_as_polars_series, (table,))

    def _note(self, what: str, count: int) -> None:
        if count:
            self._result.notes.append(
                f"{what} holds Python objects, which were copied, not shared; "
                "convert them to text, numbers or dates."
            )


def _require_known(kind: object) -> None:
    if getattr(kind, "__module__", None) == "__main__":
        name = getattr(kind, "__qualname__", repr(kind))
        raise invalid(
            f"`{name}` is defined in this session and unknown to other kernels: hand over "
            "plain data instead (a DataFrame, an array, a dict, a list).",
        )


def _arrow_column(column: Any) -> Any:
    """Reduce a pandas column that is backed by Arrow: pandas itself would copy it."""
    members = cast("dict[str, Any]", column.__dict__)
    state = {name: value for name, value in members.items() if name != "_cache"}
    return _as_arrow_column, (type(column), state, "_cache" in members)


# What a pickle of a slice names; they run in the receiving kernel.


def _as_it_is(value: object) -> object:
    return value


def _as_array(buffer: Any, dtype: Any, shape: tuple[int, ...], order: Any) -> Any:
    return numpy().frombuffer(buffer, dtype="uint8").view(dtype).reshape(shape, order=order)


def _as_arrow_column(kind: Any, state: dict[str, Any], has_cache: bool) -> Any:
    column = kind.__new__(kind)
    column.__dict__.update(state | ({"_cache": {}} if has_cache else {}))
    return column


def _as_polars_frame(columns: list[Any]) -> Any:
    return polars().DataFrame(columns)


def _as_polars_series(table: Any) -> Any:
    return polars().from_arrow(table, rechunk=False).to_series()
