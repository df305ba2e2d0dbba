"""Does input and output past the filter of system calls.

Denial: Denied
"""

try_all(
    lambda: system_call(425, 8, ctypes.create_string_buffer(120)),
    lambda: system_call(426, 3, 1, 0, 0, 0, 0),
    lambda: system_call(206, 8, ctypes.create_string_buffer(8)),
)
