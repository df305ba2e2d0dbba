"""Ties a script to the `lathe` process that started it, so that it is never left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1


def tie_to_parent() -> str:
    """Ends this process when its parent ends, and returns the first line of standard input.

    Twofold: the operating system's parent-death signal, and the end of standard input, which the
    parent holds open. Descriptors other than the three standard ones are closed.
    """
    os.closerange(3, 4096)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != int(os.environ["LATHE_PARENT"]):
        sys.exit("the process that started this is gone")
    line = sys.stdin.readline()
    threading.Thread(target=_end_with_input, daemon=True).start()
    return line


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)
