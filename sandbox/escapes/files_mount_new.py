"""Mounts the new way.

Denial: Denied
"""

try_all(
    lambda: system_call(430, b"proc", 0),
    lambda: system_call(428, -100, b"/", 1),
    lambda: system_call(429, -100, b"/tmp", -100, target["work"].encode(), 0),
    lambda: system_call(432, 3, 0, 0),
    lambda: system_call(442, -100, b"/", 0, b"\0" * 32, 32),
)
