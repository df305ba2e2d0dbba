"""Loads a program into the Linux kernel.

Denial: OSError
"""

system_call(321, 0, ctypes.create_string_buffer(128), 128)
