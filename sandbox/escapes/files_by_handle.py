"""Opens files by handle, past every path.

Denial: Denied
"""

buffer = ctypes.create_string_buffer(128)
try_all(lambda: system_call(303, -100, b"/", buffer, buffer, 0), lambda: system_call(304, -100, buffer, 0))
