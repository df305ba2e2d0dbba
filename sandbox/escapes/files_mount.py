"""Mounts the old way.

Denial: Denied
"""

try_all(
    lambda: system_call(165, b"proc", b"/work/session", b"proc", 0, 0),
    lambda: system_call(165, b"/", b"/work/session", 0, 4096, 0),
    lambda: system_call(166, b"/tmp", 0),
)
