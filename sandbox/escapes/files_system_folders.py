"""Looks where services keep their sockets, logs and settings.

Denial: Denied
"""

try_all(
    lambda: os.listdir("/sys"),
    lambda: os.listdir("/run"),
    lambda: os.listdir("/var"),
    lambda: os.listdir("/boot"),
    lambda: os.listdir("/opt"),
    lambda: os.listdir("/srv"),
    lambda: os.listdir("/"),
)
