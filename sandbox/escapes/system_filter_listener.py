"""Puts a filter of its own in front of ours.

Denial: Denied
"""

try_all(lambda: system_call(317, 1, 8, ctypes.create_string_buffer(16)), lambda: system_call(157, 22, 2, ctypes.create_string_buffer(16), 0, 0))
