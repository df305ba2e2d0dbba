"""Reserves the disk of the user in one call, faster than anyone can see it.

Denial: OSError
Roles: session
"""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
with open("reserved", "wb") as file:
    # The system call itself: the C library would write where it is refused.
    if libc.syscall(285, file.fileno(), 0, 0, target["work_limit"] * 4) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
