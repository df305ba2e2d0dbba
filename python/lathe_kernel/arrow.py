"""Arrow data as it is handed over: without rows that are not in it, text as Arrow has it."""

from typing import Any, cast

from lathe_kernel.packages import is_pandas, loaded, numpy, pandas, polars, pyarrow


def is_data(value: object) -> bool:
    """Tell whether a value is Arrow data, without importing pyarrow."""
    module = loaded("pyarrow")
    return module is not None and isinstance(
        value, module.Array | module.ChunkedArray | module.RecordBatch | module.Table
    )


def holds_more(data: Any) -> bool:
    """Tell whether pickling an Arrow array would hand over rows that are not in it.

    A slice of Arrow data still refers to the whole buffers, and those are what is pickled.
    """
    if not isinstance(data, pyarrow().Array):
        return False  # Tables and columns are pickled array by array.
    # A head of an array has no offset: compare what it counts with what it holds.
    more = data.get_total_buffer_size() > data.nbytes + 64
    return data.offset != 0 or more or _has_views(data.type)


def compacted(data: Any) -> Any:
    """Return the same Arrow array in buffers of its own."""
    module = pyarrow()
    if _has_views(data.type):
        return _without_shared_text(data)
    # Through Arrow's own format, which cuts buffers to what is used, also in nested types.
    batch = module.record_batch([data], names=["values"])
    sink = module.BufferOutputStream()
    with module.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    column = module.ipc.open_stream(sink.getvalue()).read_all()["values"]
    pieces = [*column.chunks, data[:0]]
    return module.concat_arrays(pieces)


def own_rows(array: Any) -> Any:
    """Return an array whose buffers hold nothing but its own rows."""
    return compacted(array) if holds_more(array) else array


def with_strings(value: Any) -> tuple[Any, list[object]]:
    """Turn object columns of nothing but text into Arrow-backed ones.

    Returns the frame or series, and the names of the object columns that stay as they are.
    """
    if is_pandas(value, "Series"):
        if value.dtype != object or not len(value):
            return value, []
        return (value.astype(_string_dtype()), []) if _is_text(value) else (value, [value.name])
    made, left = value, list[object]()
    for position in range(value.shape[1] if len(value) else 0):
        column = value.iloc[:, position]
        if column.dtype != object:
            continue
        if not _is_text(column):
            left.append(value.columns[position])
            continue
        made = value.copy(deep=False) if made is value else made
        made.isetitem(position, column.astype(_string_dtype()))
    return made, left


def of_polars(series: Any) -> Any:
    """Return a polars column as an Arrow table, or None where something would be lost.

    Text leaves polars' own layout on the way: that one refers to rows that were filtered out.
    """
    level = polars().CompatLevel.oldest()
    try:
        empty = series.clear().to_frame()
        back = polars().from_arrow(empty.to_arrow(compat_level=level))
        if back.schema != empty.schema:
            return None
        return series.to_frame().to_arrow(compat_level=level)
    except Exception:
        return None  # polars raises what it likes for a type that Arrow does not have.


def _has_views(kind: Any) -> bool:
    types = pyarrow().types
    if types.is_string_view(kind) or types.is_binary_view(kind):
        return True
    return any(_has_views(kind.field(place).type) for place in range(kind.num_fields))


def _without_shared_text(data: Any) -> Any:
    """Copy an array of views, whose buffers may hold text that no row refers to any more."""
    types = pyarrow().types
    if types.is_string_view(data.type):
        return data.cast(pyarrow().large_string()).cast(data.type)
    if types.is_binary_view(data.type):
        return data.cast(pyarrow().large_binary()).cast(data.type)
    return pyarrow().array(data.to_pylist(), type=data.type)


def _string_dtype() -> Any:
    return pandas().StringDtype("pyarrow", na_value=numpy().nan)


def _is_text(column: Any) -> bool:
    # Without skipping: a None would become a NaN on the way.
    return cast("str", pandas().api.types.infer_dtype(column, skipna=False)) == "string"
