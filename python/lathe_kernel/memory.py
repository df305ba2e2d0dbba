"""Memory files: how data travels between kernels and to lathe."""

import contextlib
import fcntl
import os
from collections.abc import Generator

_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


def create(name: str) -> int:
    """Return a new, empty memory file that can be sealed."""
    return os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def write(descriptor: int, data: bytes | memoryview, offset: int) -> int:
    """Write all of `data` at `offset`; return the offset after it."""
    view = memoryview(data)
    while view.nbytes:
        written = os.pwrite(descriptor, view[: 1 << 30], offset)
        view = view[written:]
        offset += written
    return offset


def seal(descriptor: int) -> None:
    """Make a memory file immutable for every process that has it or gets it."""
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)


def is_sealed(descriptor: int) -> bool:
    """Tell whether a memory file is immutable."""
    return fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & _SEALS == _SEALS


def duplicate(descriptor: int) -> int:
    """Return another descriptor of the same file; the caller closes it."""
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)


@contextlib.contextmanager
def sealed(name: str, content: bytes) -> Generator[int]:
    """Give a sealed memory file with `content` to the body; close it afterwards."""
    descriptor = create(name)
    try:
        write(descriptor, content, 0)
        seal(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)
