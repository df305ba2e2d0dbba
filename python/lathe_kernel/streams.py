"""Standard output and error, written at once: Python's and C's lines keep their order."""

import contextlib
import ctypes
import functools
import io
import sys
import time
from typing import Any, TextIO


class WholeFile(io.FileIO):
    """A file whose bytes have all left the process when `write` returns.

    A plain file without a buffer may write a part and say so, which nobody above it looks at: a
    large write to a pipe does when a signal comes.
    """

    def write(self, data: Any, /) -> int:
        """Write `data` whole."""
        count = _write(self, data)
        if type(data) is bytes and count == len(data):
            return count
        view, count = memoryview(data).cast("B"), count or 0
        while count < view.nbytes:
            written = _write(self, view[count:])
            if written is None:  # Somebody made the pipe not wait, and it is full.
                time.sleep(0.001)
            count += written or 0
        return count

    @property
    def raw(self) -> io.FileIO:
        """Itself, for code that looks for the file below a buffer."""
        return self


_write: Any = io.FileIO.write


def install() -> None:
    """Point sys.stdout and sys.stderr at descriptors 1 and 2; sys.stdin is empty."""
    sys.stdout = sys.__stdout__ = _opened(1)
    sys.stderr = sys.__stderr__ = _opened(2)
    sys.stdin = io.StringIO("")


def flush() -> None:
    """Flush Python's and C's standard streams, whatever the user's code made of them."""
    streams: list[TextIO | None] = [sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__]
    for stream in streams:
        with contextlib.suppress(Exception):
            if stream is not None:
                stream.flush()
    _c_library().fflush(None)


@functools.cache
def _c_library() -> ctypes.CDLL:
    # Kept, because every CDLL makes a class of its own.
    return ctypes.CDLL(None)


def _opened(descriptor: int) -> TextIO:
    binary: Any = WholeFile(descriptor, "w", closefd=False)
    # Without a buffer in between, as `python -u` has it: order and speed of many small writes.
    return io.TextIOWrapper(binary, encoding="utf-8", errors="backslashreplace", write_through=True)
