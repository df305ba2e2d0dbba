"""Changes the root of the file system.

Denial: Denied
"""

try_all(lambda: os.chroot("."), lambda: system_call(155, b".", b"."))
