"""Becomes another user, and takes capabilities.

Denial: Denied
"""

try_all(
    lambda: os.setuid(0),
    lambda: os.setgid(0),
    lambda: os.setgroups([0]),
    lambda: os.setresuid(0, 0, 0),
    lambda: system_call(126, (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*([0xFFFFFFFF] * 6))),
)
