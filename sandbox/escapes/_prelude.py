"""What attempts share; runs in a kernel before the first attempt. `target` says what there is to reach."""

import ctypes
import os


class Denied(Exception):
    """Every way that an attempt tried was refused."""


class Escaped(Exception):
    """Something worked that must not."""


_libc = ctypes.CDLL(None, use_errno=True)


def system_call(number, *arguments):
    """Make a system call by number; its failure is an OSError."""
    converted = [ctypes.c_void_p(a) if isinstance(a, int) else a for a in arguments]
    _libc.syscall.restype = ctypes.c_long
    result = _libc.syscall(ctypes.c_long(number), *converted)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def try_all(*ways, errors=(OSError, RuntimeError, ValueError)):
    """Try every way; Escaped where one works, else Denied with all refusals."""
    refusals = []
    for way in ways:
        try:
            got = way()
        except errors as error:
            refusals.append(repr(error))
        else:
            raise Escaped(f"{way.__code__.co_names}: {got!r}"[:500])
    raise Denied("; ".join(refusals)[:1000])


def read(path):
    """Return the beginning of a file."""
    with open(path, "rb") as file:
        return file.read(64)


def write(path, data=b"planted"):
    """Write to a file, creating it where it is missing."""
    with open(path, "ab") as file:
        return file.write(data)
