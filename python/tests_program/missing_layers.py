"""Runs a program as on a machine whose Linux lacks some layers of confinement.

missing_layers.py LAYER[,LAYER…] PROGRAM [ARGUMENT…]

The layers are namespaces, landlock and seccomp. What they are made with fails for the program and
all its children as it would there: a filter of system calls, which cannot be undone, sees to that.
"""

import ctypes
import errno
import os
import struct
import sys

_LOAD, _EQUAL, _ANY_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_NUMBER, _FIRST_ARGUMENT = 0, 16
_NEW_USER = 0x10000000
_SET_SECCOMP = 22
_CALLS = {"prctl": 157, "clone": 56, "unshare": 272, "seccomp": 317, "clone3": 435}
_LANDLOCK = (444, 445, 446)


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _fails(call: int, error: int) -> list[bytes]:
    return [_step(_EQUAL, call, 0, 1), _step(_RETURN, _FAIL | error)]


def _fails_where(call: int, test: int, value: int, error: int) -> list[bytes]:
    """Make a call fail where its first argument is a value, or has a flag."""
    return [
        _step(_EQUAL, call, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(test, value, 0, 1),
        _step(_RETURN, _FAIL | error),
        _step(_RETURN, _ALLOW),
    ]


def _rules(layer: str) -> list[bytes]:
    match layer:
        case "namespaces":
            return [
                *_fails_where(_CALLS["clone"], _ANY_SET, _NEW_USER, errno.EPERM),
                *_fails_where(_CALLS["unshare"], _ANY_SET, _NEW_USER, errno.EPERM),
                *_fails(_CALLS["clone3"], errno.ENOSYS),
            ]
        case "landlock":
            return [step for call in _LANDLOCK for step in _fails(call, errno.ENOSYS)]
        case "seccomp":
            return [
                *_fails_where(_CALLS["prctl"], _EQUAL, _SET_SECCOMP, errno.EINVAL),
                *_fails(_CALLS["seccomp"], errno.ENOSYS),
            ]
        case _:
            raise SystemExit(f"there is no layer {layer}")


def main(layers: list[str], program: list[str]) -> None:
    """Install the filter and become the program."""
    steps = [_step(_LOAD, _NUMBER)]
    for layer in layers:
        steps += _rules(layer)
    steps.append(_step(_RETURN, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(steps))
    filters = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code)), 16
    )
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    if libc.prctl(38, ctypes.c_ulong(1), zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    if libc.prctl(_SET_SECCOMP, ctypes.c_ulong(2), filters, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), "the filter")
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1].split(","), sys.argv[2:])
