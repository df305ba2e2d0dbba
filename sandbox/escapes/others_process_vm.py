"""Reads and writes another kernel's memory in one call.

Denial: Denied
"""

vector = (ctypes.c_uint64 * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
try_all(
    lambda: system_call(310, target["witness"], vector, 1, vector, 1, 0),
    lambda: system_call(311, target["witness"], vector, 1, vector, 1, 0),
)
