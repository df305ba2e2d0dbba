"""Watches the file system.

Denial: Denied
"""

try_all(lambda: system_call(300, 0, 0), lambda: system_call(253), lambda: system_call(294, 0))
