"""Names another process as its tracer, and rewrites its own memory map.

Denial: Denied
"""

try_all(
    lambda: system_call(157, 0x59616D61, target["witness"], 0, 0, 0),
    lambda: system_call(157, 35, 1, 0, 0, 0),
    lambda: system_call(157, 36, 1, 0, 0, 0),
)
