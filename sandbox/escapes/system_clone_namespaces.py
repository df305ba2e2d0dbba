"""Makes a process in namespaces of its own.

Denial: Denied
"""

try_all(
    lambda: system_call(56, 0x10000000 | 17, 0, 0, 0, 0),
    lambda: system_call(56, 0x20000000 | 0x10000000 | 17, 0, 0, 0, 0),
    lambda: system_call(435, (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17), 88),
)
