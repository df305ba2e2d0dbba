"""Data results: tables and arrays that a subtask answers with, and the handles for whoever asked.

A table travels as Arrow's own stream format and an array as its plain bytes, in a memory file that
lathe made. Nothing of it is ever unpickled, and what arrives is checked before it is used.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from lathe_kernel import arrow, pages
from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.packages import is_numpy, is_pandas, loaded, numpy, pandas, polars, pyarrow
from lathe_kernel.plain import plain

DATA = "$data"

Schema = dict[str, Any]
_SHOWN = 60
_SHOWN_IN_REPR = 12
_CHECKED_IN_FULL = 256 << 20
# What numpy calls a type whose values are plain bytes; "O" is not among them.
_PLAIN_TYPE = re.compile(
    r"[<>|=](?:b1|[iu][1248]|f(?:2|4|8|16)|c(?:8|16|32)|[mM]8\[[^\]]{1,8}\]|[SU]\d{1,9})\Z"
)


class DataHandle:
    """Data that a subtask answered with. It is brought here when it is first used."""

    kind = ""

    def __init__(self, channel: Channel, record: Mapping[str, Any]) -> None:
        """Refer to a data result that waits in lathe."""
        self._channel = channel
        self._record = dict(record)
        self._data: Any = None
        self._state = "not taken yet"
        self.id = str(record.get("id"))
        self.bytes = int(record.get("bytes", 0))

    def take(self) -> Any:
        """Bring the data here, as a DataFrame or an array. Example: `outcome.value.take()`."""
        raise NotImplementedError

    def to_pandas(self) -> Any:
        """Return the data for pandas. Example: `outcome.value["rows"].to_pandas()`."""
        raise NotImplementedError

    def drop(self) -> None:
        """Let go of the data, taken or not. Example: `outcome.value.drop()`."""
        if self._state == "not taken yet":
            self._channel.released.append(self.id)
            self._channel.tell_released()
        self._data, self._state = None, "dropped"

    def __del__(self) -> None:
        """Have the data dropped with the next call, if nobody took it."""
        if getattr(self, "_state", "") == "not taken yet":
            self._channel.released.append(self.id)

    def _taken(self) -> Any:
        if self._state == "dropped":
            raise LatheError(
                "gone", f"the data of {self.id} was dropped; delegate again to have it."
            )
        if self._state == "not taken yet":
            reply = self._channel.call("take_data", {"id": self.id})
            self._state = "taken"
            try:
                content = pages.mapped(reply.descriptors[0]) if self.bytes else memoryview(b"")
            finally:
                close(reply.descriptors)
            if content.nbytes != self.bytes:
                raise self._wrong(f"it has {content.nbytes:,} bytes, not {self.bytes:,}")
            self._data = self._read(content)
        return self._data

    def _read(self, content: memoryview) -> Any:
        raise NotImplementedError

    def _wrong(self, reason: str) -> LatheError:
        return LatheError(
            "invalid_arguments", f"the data of {self.id} is not as described: {reason}."
        )


class Table(DataHandle):
    """A table that a subtask answered with; `returns={"rows": lathe.Table}` asks for one."""

    kind = "table"

    @property
    def rows(self) -> int:
        """How many rows it has. Example: `outcome.value.rows`."""
        return int(self._record.get("rows", 0))

    @property
    def columns(self) -> list[str]:
        """The names of its first columns. Example: `outcome.value.columns`."""
        return [str(one[0]) for one in self._record.get("columns", [])]

    @property
    def columns_omitted(self) -> int:
        """How many columns `columns` does not name. Example: `outcome.value.columns_omitted`."""
        return int(self._record.get("columns_omitted", 0))

    @property
    def types(self) -> list[list[str]]:
        """Names and Arrow types of its first columns. Example: `outcome.value.types`."""
        return [[str(part) for part in one] for one in self._record.get("columns", [])]

    def arrow(self) -> Any:
        """Return it as a pyarrow Table, without a copy. Example: `outcome.value.arrow()`."""
        return self._taken()

    def to_pandas(self) -> Any:
        """Return it as a DataFrame. Example: `outcome.value.to_pandas()`."""
        return self._taken().to_pandas()

    def to_polars(self) -> Any:
        """Return it as a polars DataFrame. Example: `outcome.value.to_polars()`."""
        return polars().from_arrow(self._taken())

    def numpy(self) -> Any:
        """Return its rows as one array. Example: `outcome.value.numpy()`."""
        return self.to_pandas().to_numpy()

    def take(self) -> Any:
        """Bring the data here as a DataFrame. Example: `df = outcome.value.take()`."""
        return self.to_pandas()

    def _read(self, content: memoryview) -> Any:
        module = pyarrow()
        try:
            table = module.ipc.open_stream(module.py_buffer(content)).read_all()
            table.validate(full=content.nbytes <= _CHECKED_IN_FULL)
        except module.ArrowException as error:
            raise self._wrong(f"{error}"[:300]) from None
        width = len(self.columns) + self.columns_omitted
        if table.shape != (self.rows, width):
            raise self._wrong(f"it has {table.num_rows:,} rows and {table.num_columns} columns")
        return table

    def __repr__(self) -> str:
        """Say what it is, never what is in it."""
        shown = ", ".join(" ".join(one) for one in self.types[:_SHOWN_IN_REPR])
        width = len(self.columns) + self.columns_omitted
        more = f", … {width - _SHOWN_IN_REPR} more" if width > _SHOWN_IN_REPR else ""
        return (
            f"<lathe.Table: {self.rows:,} rows, {width} columns ({shown}{more}), {self.bytes:,} "
            f"bytes, {self._state}; .to_pandas() .to_polars() .arrow()>"
        )


class Array(DataHandle):
    """An array that a subtask answered with; `returns=lathe.Array` asks for one."""

    kind = "ndarray"

    @property
    def dtype(self) -> str:
        """What numpy calls the type of its items. Example: `outcome.value.dtype`."""
        return str(self._record.get("dtype"))

    @property
    def shape(self) -> tuple[int, ...]:
        """Its lengths. Example: `outcome.value.shape`."""
        return tuple(int(one) for one in self._record.get("shape", []))

    def numpy(self) -> Any:
        """Return it as a numpy array, without a copy. Example: `outcome.value.numpy()`."""
        return self._taken()

    def arrow(self) -> Any:
        """Return an array of one dimension as a pyarrow Array. Example: `outcome.value.arrow()`."""
        return pyarrow().array(self._taken())

    def to_pandas(self) -> Any:
        """Return it as a Series, or a DataFrame for two dimensions.

        Example: `outcome.value.to_pandas()`
        """
        data = self._taken()
        return pandas().DataFrame(data) if data.ndim == 2 else pandas().Series(data)

    def to_polars(self) -> Any:
        """Return it as a polars Series, or a DataFrame for two dimensions.

        Example: `outcome.value.to_polars()`
        """
        data = self._taken()
        return polars().DataFrame(data) if data.ndim == 2 else polars().Series(data)

    def take(self) -> Any:
        """Bring the data here as a numpy array. Example: `a = outcome.value.take()`."""
        return self.numpy()

    def _read(self, content: memoryview) -> Any:
        if not _PLAIN_TYPE.match(self.dtype):
            raise self._wrong(f"{self.dtype!r:.40} is no plain type")
        kind = numpy().dtype(self.dtype)
        if (
            any(one < 0 for one in self.shape)
            or math.prod(self.shape) * kind.itemsize != self.bytes
        ):
            raise self._wrong(f"{self.bytes:,} bytes are not {self.shape} of {self.dtype}")
        flat = (
            numpy().frombuffer(content, dtype="uint8") if self.bytes else numpy().empty(0, "uint8")
        )
        return flat.view(kind).reshape(self.shape)

    def __repr__(self) -> str:
        """Say what it is, never what is in it."""
        return (
            f"<lathe.Array: {self.shape} of {self.dtype}, {self.bytes:,} bytes, {self._state}; "
            ".numpy() .to_pandas()>"
        )


KINDS: dict[str, type[DataHandle]] = {one.kind: one for one in (Table, Array)}


def restored(value: object, channel: Channel) -> Any:
    """Return a result with handles in place of descriptions."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        record = members.get(DATA)
        if record is not None:
            kind = KINDS.get(str(record.get("kind")), DataHandle)
            return kind(channel, record)
        return {name: restored(member, channel) for name, member in members.items()}
    if isinstance(value, list):
        return [restored(member, channel) for member in cast("list[object]", value)]
    return value


def as_json(value: object, schema: Schema | None, put: Callable[[object, str], Any]) -> Any:
    """Return a result as JSON: `put` makes it of each part that the schema wants as data.

    Raises:
        LatheError: a part is neither JSON nor what the schema says.
    """
    if schema is None or not _wants_data(schema):
        return plain(value)
    if schema.get("type") in KINDS:
        return put(value, str(schema["type"]))
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        known: dict[str, Schema] = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        other = cast("Schema", rest) if isinstance(rest, dict) else None
        return {
            key: as_json(one, known.get(key, other), put) for key, one in _named(members).items()
        }
    if isinstance(value, list | tuple) and "items" in schema:
        return [as_json(one, schema["items"], put) for one in cast("list[object]", value)]
    for one in cast("list[Schema]", schema.get("anyOf", [])):
        if _wants_data(one) and value is not None:
            return as_json(cast("object", value), one, put)
    return plain(cast("object", value))


def sent(value: object, kind: str, channel: Channel) -> dict[str, str]:
    """Write data into a file that lathe makes; return what stands for it in the answer.

    Raises:
        LatheError: it is no table or array, or larger than lathe takes.
    """
    if kind == Table.kind:
        table = value.arrow() if isinstance(value, Table) else _table(value)
        return _sent_table(table, channel)
    array = value.numpy() if isinstance(value, Array) else _array(value)
    return _sent_array(array, channel)


def _wants_data(schema: Schema) -> bool:
    if schema.get("type") in KINDS:
        return True
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    inner += [schema[name] for name in ("items", "additionalProperties") if name in schema]
    return any(isinstance(one, dict) and _wants_data(cast("Schema", one)) for one in inner)


def _named(members: Mapping[str, object]) -> dict[str, object]:
    named = {str(key): one for key, one in members.items()}
    if len(named) < len(members):
        raise invalid("two keys of an object become the same text; rename one.")
    return named


def _sent_table(table: Any, channel: Channel) -> dict[str, str]:
    ipc = pyarrow().ipc

    def write(sink: Any) -> None:
        with ipc.new_stream(sink, table.schema) as writer:
            # A table without rows has one batch all the same: it carries the categories.
            for batch in table.to_batches() or [_empty_batch(table)]:
                writer.write_batch(batch)

    measure = pyarrow().MockOutputStream()
    write(measure)
    fields = [[one.name, str(one.type)] for one in table.schema]
    described = {
        "kind": Table.kind,
        "bytes": measure.size(),
        "rows": table.num_rows,
        "columns": fields[:_SHOWN],
        "columns_omitted": max(len(fields) - _SHOWN, 0),
    }
    reply = channel.call("data_file", described)
    try:
        with pages.writing(reply.descriptors[0], measure.size()) as target:
            # Everything that refers to the map is gone before the map is.
            write(pyarrow().FixedSizeBufferWriter(pyarrow().py_buffer(target)))
    finally:
        close(reply.descriptors)
    return {DATA: str(reply.value["id"])}


def _empty_batch(table: Any) -> Any:
    module = pyarrow()
    arrays = [
        column.chunk(0) if column.num_chunks else module.array([], type=column.type)
        for column in table.columns
    ]
    return module.RecordBatch.from_arrays(arrays, schema=table.schema)


def _sent_array(array: Any, channel: Channel) -> dict[str, str]:
    described = {
        "kind": Array.kind,
        "bytes": array.nbytes,
        "dtype": array.dtype.str,
        "shape": list(array.shape),
    }
    reply = channel.call("data_file", described)
    try:
        if array.nbytes:
            flat = memoryview(array.reshape(-1).view("uint8"))
            pages.write(reply.descriptors[0], flat, 0)
    finally:
        close(reply.descriptors)
    return {DATA: str(reply.value["id"])}


def _table(value: Any) -> Any:
    """Return data as an Arrow table that holds nothing but its own rows."""
    module = pyarrow()
    try:
        table = _arrow_table(value)
    except module.ArrowException as error:
        raise invalid(
            f"this {type(value).__name__} cannot become a table ({error}); give every column one "
            "type: text, numbers or dates."
        ) from None
    columns = [
        module.chunked_array([arrow.own_rows(chunk) for chunk in column.chunks], type=column.type)
        for column in table.columns
    ]
    return module.Table.from_arrays(columns, schema=table.schema)


def _arrow_table(value: Any) -> Any:
    module = pyarrow()
    if is_pandas(value, "Series"):
        value = value.to_frame()
    if is_pandas(value, "DataFrame"):
        return module.Table.from_pandas(value)
    if isinstance(value, module.RecordBatch):
        return module.Table.from_batches([value])
    if isinstance(value, module.Table):
        return value
    if (frames := loaded("polars")) and isinstance(value, frames.DataFrame | frames.Series):
        frame = value.to_frame() if isinstance(value, frames.Series) else value
        return frame.to_arrow(compat_level=frames.CompatLevel.oldest())
    raise invalid(
        f"a {type(value).__name__} is no table: give a DataFrame, a Series, or an Arrow or polars "
        "table."
    )


def _array(value: Any) -> Any:
    if is_pandas(value, "Series", "Index"):
        value = value.to_numpy()
    if not is_numpy(value, "ndarray"):
        raise invalid(f"a {type(value).__name__} is no array: give a numpy array.")
    if not _PLAIN_TYPE.match(value.dtype.str):
        raise invalid(
            f"an array of {value.dtype} cannot be handed over as it is; give numbers, dates or "
            "text of one length, or ask for a lathe.Table."
        )
    return numpy().ascontiguousarray(value).reshape(value.shape)
