"""Work in a short-lived process of its own: the threads of a library end with it."""

import contextlib
import mmap
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, cast

from lathe_kernel import memory, obstacles, streams, tracebacks
from lathe_kernel.errors import LatheError
from lathe_kernel.packages import loaded

_ALIGNMENT = 64


def apart(f: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Run `f` in a fork of this kernel and return what it returns, polars' frames as Arrow.

    Raises:
        LatheError: threads here would keep the fork from working.
        Exception: what `f` raised.
    """
    threads = obstacles.threads()
    if threads:
        names = ", ".join(one["name"] for one in threads)
        raise LatheError(
            "not_allowed",
            f"a process cannot be started apart any more: {names}. Use the library in lathe.apart "
            "from its first use on; a new session, or lathe.rollback(), is free of it.",
        )
    streams.flush()
    result = memory.create("lathe-apart")
    try:
        child = os.fork()
        if child == 0:
            _work(f, arguments, named, result)
        status = _waited(child)
        if os.fstat(result).st_size == 0:
            raise LatheError("not_allowed", f"the process apart ended without a result: {status}")
        memory.seal(result)
        return _taken(result)
    finally:
        os.close(result)


def _work(
    f: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any], result: int
) -> None:
    """Run `f` and leave its result or its exception; never returns."""
    try:
        try:
            _leave(result, (True, _portable(f(*arguments, **named))))
        except BaseException as error:
            _leave(result, (False, _described(error)))
        streams.flush()
    finally:
        os._exit(0)


def _waited(child: int) -> str:
    try:
        _, status = os.waitpid(child, 0)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _portable(value: Any) -> Any:
    """Turn polars' frames into Arrow, in containers too: to load them would start polars here."""
    polars = loaded("polars")
    if polars is None:
        return value
    if isinstance(value, polars.LazyFrame):
        value = value.collect()
    if isinstance(value, polars.DataFrame | polars.Series):
        return value.to_arrow()
    if type(value) in (list, tuple):
        return type(value)(_portable(one) for one in value)
    if type(value) is dict:
        return {key: _portable(one) for key, one in cast("dict[Any, Any]", value).items()}
    return value


def _described(error: BaseException) -> Any:
    # What polars raises could only be loaded with polars.
    with contextlib.suppress(Exception):  # One that cannot travel goes as text.
        if type(error).__module__.partition(".")[0] not in ("polars", "_polars_runtime"):
            return pickle.loads(pickle.dumps(error)), tracebacks.formatted(error)
    return LatheError("failed", f"{type(error).__name__}: {error}"), tracebacks.formatted(error)


def _leave(result: int, value: object) -> None:
    """Write a value as a pickle with its buffers behind it, all lengths in front."""
    buffers: list[memoryview] = []
    stream = pickle.dumps(
        value, protocol=5, buffer_callback=lambda buffer: buffers.append(buffer.raw())
    )
    lengths = [len(stream), *(one.nbytes for one in buffers)]
    header = struct.pack(f"<{len(lengths) + 1}Q", len(lengths), *lengths)
    end = memory.write(result, header, 0)
    for part in (memoryview(stream), *buffers):
        end = memory.write(result, part, -(-end // _ALIGNMENT) * _ALIGNMENT)


def _taken(result: int) -> Any:
    mapped = memoryview(mmap.mmap(result, 0, access=mmap.ACCESS_COPY))
    (count,) = struct.unpack_from("<Q", mapped)
    lengths = struct.unpack_from(f"<{count}Q", mapped, 8)
    parts: list[memoryview] = []
    end = 8 * (count + 1)
    for length in lengths:
        start = -(-end // _ALIGNMENT) * _ALIGNMENT
        end = start + length
        parts.append(mapped[start:end])
    went_well, value = pickle.loads(parts[0], buffers=parts[1:])
    if went_well:
        return value
    error, trace = value
    print(trace, file=sys.stderr)
    raise error
