"""Mounts the old way.

Denial: Denied
"""

folder = target["session"].encode()
try_all(
    lambda: system_call(165, b"proc", folder, b"proc", 0, 0),
    lambda: system_call(165, b"/", folder, 0, 4096, 0),
    lambda: system_call(166, b"/tmp", 0),
)
