"""Learns about other processes' kernel objects.

Denial: Denied
"""

try_all(
    lambda: system_call(312, os.getpid(), target["witness"], 0, 0, 0),
    lambda: system_call(440, 3, 0, 0, 21, 0),
    lambda: system_call(448, 3, 0),
    lambda: system_call(256, target["witness"], 8, b"\1", b"\1"),
)
