"""What the process gives up before it loads anything."""

import ctypes
import os

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def confine() -> bool:
    """Close what was inherited and leave the network; tell whether the latter worked.

    A network of its own needs user namespaces, or root; nothing else is in it.
    """
    os.closerange(3, 4096)
    libc = ctypes.CDLL(None, use_errno=True)
    # Both calls want a process of one thread: nothing may be imported before that starts some.
    return any(
        libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET)
    )
