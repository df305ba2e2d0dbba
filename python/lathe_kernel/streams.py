"""Standard output and error, written at once: Python's and C's lines keep their order."""

import contextlib
import ctypes
import functools
import io
import sys
from typing import TextIO


class DirectText(io.TextIOWrapper):
    """Text that has left the process when `write` returns."""

    def write(self, text: str, /) -> int:
        """Write `text` to the descriptor, whole."""
        count = super().write(text)
        self.flush()
        return count


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
    binary = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False))
    return DirectText(binary, encoding="utf-8", errors="backslashreplace", write_through=True)
