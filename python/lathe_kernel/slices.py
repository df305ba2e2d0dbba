"""Slices: data frozen into one sealed memory file and thawed in another kernel without a copy.

A memory file holds a pickle (protocol 5) followed by its out-of-band buffers. The receiving kernel
maps it privately: it may change what it got, and nobody else ever sees that.
"""

import hashlib
import io
import mmap
import os
import pickle
import types
import weakref
from dataclasses import dataclass, field
from typing import Any, cast

from lathe_kernel import memory, variables
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.packages import is_pandas, loaded, numpy, pandas, pyarrow
from lathe_kernel.protocol import Manifest

_ALIGNMENT = 64


@dataclass(frozen=True)
class Slice:
    """Data in a sealed memory file; whoever froze it closes the descriptor."""

    descriptor: int
    manifest: Manifest


@dataclass(frozen=True)
class _Kept:
    slice: Slice
    signature: bytes
    # A shallow copy: pandas copies a column before it changes one that this still shares, so the
    # memory that the signature names is neither changed nor used for anything else.
    shadow: Any


@dataclass
class SliceCache:
    """Keeps the slices of living frames, so that handing one over again writes nothing."""

    _kept: dict[int, _Kept] = field(default_factory=dict[int, _Kept])

    def frozen(self, value: object) -> tuple[Slice, bool]:
        """Return the slice of a value and whether the caller has to close it after use.

        Raises:
            LatheError: the value cannot be handed over; the reason names the mend.
        """
        if not is_pandas(value, "DataFrame", "Series"):
            return freeze(value), True
        signature = _signature(value)
        known = self._kept.get(id(value))
        if known is not None and known.signature == signature:
            return known.slice, False
        if known is None:
            weakref.finalize(value, self._forget, id(value)).atexit = False
        self._forget(id(value))
        kept = _Kept(freeze(value), signature, cast("Any", value).copy(deep=False))
        self._kept[id(value)] = kept
        return kept.slice, False

    def _forget(self, key: int) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            os.close(kept.slice.descriptor)


def freeze(value: object) -> Slice:
    """Write a value into a sealed memory file.

    Raises:
        LatheError: the value cannot be handed over; the reason names the mend.
    """
    prepared = _with_arrow_strings(value) if is_pandas(value, "DataFrame", "Series") else value
    buffers: list[memoryview] = []
    stream = _pickled(prepared, buffers)
    descriptor = memory.create("lathe-slice")
    try:
        end = memory.write(descriptor, stream, 0)
        extents: list[list[int]] = []
        for buffer in buffers:
            start = -(-end // _ALIGNMENT) * _ALIGNMENT
            end = memory.write(descriptor, buffer, start)
            extents.append([start, buffer.nbytes])
        os.ftruncate(descriptor, max(end, 1))
        memory.seal(descriptor)
    except OSError as error:
        os.close(descriptor)
        raise LatheError(
            "limit",
            f"the slice of {len(stream) + sum(b.nbytes for b in buffers):,} bytes could not be "
            f"written ({error.strerror}); hand over fewer rows or columns.",
        ) from None
    manifest: Manifest = {
        "descriptor": 0,
        "layout": "pickle5",
        "type": variables.type_of(value),
        "shape": variables.shape_of(value),
        "bytes": end,
        "pickle": [0, len(stream)],
        "buffers": extents,
    }
    return Slice(descriptor, manifest)


def thaw(manifest: Manifest, descriptor: int) -> object:
    """Return the value of a slice that another kernel froze; the caller keeps the descriptor.

    The value is a private, writable map of the file: pages are shared until they are changed.
    """
    mapped = memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_COPY))
    start, length = manifest["pickle"]
    buffers = [mapped[first : first + size] for first, size in manifest["buffers"]]
    return pickle.loads(mapped[start : start + length], buffers=buffers)


class _SlicePickler(pickle.Pickler):
    """Refuses what the other kernel could not load, and hands over no more than was asked for."""

    def reducer_override(self, obj: object) -> Any:
        kind = obj if isinstance(obj, type | types.FunctionType) else type(obj)
        if getattr(kind, "__module__", None) == "__main__":
            name = getattr(kind, "__qualname__", repr(kind))
            raise invalid(
                f"`{name}` is defined in this session and unknown to other kernels: hand over "
                "plain data instead (a DataFrame, an array, a dict, a list).",
            )
        if isinstance(obj, types.ModuleType):
            raise invalid(f"the module `{obj.__name__}` cannot be handed over; import it there.")
        if _is_oversized_arrow(obj):
            return _compacted(obj).__reduce_ex__(5)
        return NotImplemented


def _pickled(
    value: object,
    buffers: list[memoryview],
    pickler: type[pickle.Pickler] = _SlicePickler,
) -> bytes:
    def keep(buffer: pickle.PickleBuffer) -> None:
        buffers.append(buffer.raw())

    stream = io.BytesIO()
    try:
        pickler(stream, protocol=5, buffer_callback=keep).dump(value)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise invalid(
            f"a {type(value).__name__} cannot be handed over ({error}); hand over plain data: "
            "a DataFrame, an array, a dict, a list.",
        ) from None
    return stream.getvalue()


def _is_oversized_arrow(value: object) -> bool:
    """Tell whether pickling Arrow data would hand over rows that are not in it.

    A slice of Arrow data still refers to the whole buffers, and those are what is pickled.
    """
    module = loaded("pyarrow")
    if module is None or not isinstance(value, module.Array | module.ChunkedArray | module.Table):
        return False
    data = cast("Any", value)
    return bool(data.get_total_buffer_size() > data.nbytes + 1024) or _has_offsets(data)


def _has_offsets(data: Any) -> bool:
    module = pyarrow()
    if isinstance(data, module.Array):
        return data.offset != 0 or _has_more_rows(data)
    if isinstance(data, module.ChunkedArray):
        return any(_has_offsets(chunk) for chunk in data.chunks)
    return any(_has_offsets(column) for column in data.columns)


def _has_more_rows(array: Any) -> bool:
    # A head of an array has no offset: compare what it counts with what it holds.
    return bool(array.get_total_buffer_size() > array.nbytes + 64)


def _compacted(data: Any) -> Any:
    """Return the same Arrow data in buffers of its own, by way of Arrow's own format."""
    module = pyarrow()
    if isinstance(data, module.Table):
        columns = [_compacted(column) for column in data.columns]
        return module.table(columns, schema=data.schema)
    table = module.table({"values": data})
    sink = module.BufferOutputStream()
    with module.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    column = module.ipc.open_stream(sink.getvalue()).read_all()["values"]
    chunks = [module.concat_arrays([chunk, chunk[:0]]) for chunk in column.chunks]
    compact = module.chunked_array(chunks, type=column.type)
    if isinstance(data, module.ChunkedArray):
        return compact
    return compact.combine_chunks() if compact.num_chunks != 1 else compact.chunk(0)


def _with_arrow_strings(value: Any) -> Any:
    """Turn object columns that hold nothing but strings into Arrow-backed ones."""
    if is_pandas(value, "Series"):
        return value.astype(_string_dtype()) if _is_strings(value) else value
    names = [position for position in range(value.shape[1]) if _is_strings(value.iloc[:, position])]
    if not names or not value.columns.is_unique:
        return value
    return value.astype({value.columns[position]: _string_dtype() for position in names})


def _string_dtype() -> Any:
    return pandas().StringDtype("pyarrow", na_value=numpy().nan)


def _is_strings(column: Any) -> bool:
    if column.dtype != object:
        return False
    # Without skipping: a None would become a NaN on the way.
    return pandas().api.types.infer_dtype(column, skipna=False) == "string"


class _SignaturePickler(pickle.Pickler):
    """Names Arrow columns by where they are: pandas would copy them to pickle them."""

    def reducer_override(self, obj: object) -> Any:
        if isinstance(obj, pandas().arrays.ArrowExtensionArray):
            return tuple, (_places(cast("Any", obj).__arrow_array__()),)
        return NotImplemented


def _signature(value: object) -> bytes:
    """Return what a frame consists of: where its buffers are, and a hash of all the rest."""
    buffers: list[memoryview] = []
    digest = hashlib.blake2b(_pickled(value, buffers, _SignaturePickler), digest_size=16)
    for buffer in buffers:
        digest.update(b"%d %d " % (_address(buffer), buffer.nbytes))
    return digest.digest()


def _places(data: Any) -> tuple[object, ...]:
    chunks = data.chunks if hasattr(data, "chunks") else [data]
    return tuple(
        (chunk.offset, len(chunk), *(b.address for b in chunk.buffers() if b is not None))
        for chunk in chunks
    )


def _address(buffer: memoryview) -> int:
    if not buffer.nbytes:
        return 0
    return int(numpy().frombuffer(buffer, dtype="uint8").__array_interface__["data"][0])
