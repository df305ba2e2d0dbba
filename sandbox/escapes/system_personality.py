"""Turns off the random layout of memory.

Denial: Denied
"""

try_all(lambda: system_call(135, 0x0040000), lambda: system_call(135, 0xFFFFFFFF))
