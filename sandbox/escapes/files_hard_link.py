"""Takes system files into the work folder as hard links.

Denial: Denied
"""

try_all(
    lambda: os.link("/etc/passwd", "passwd"),
    lambda: os.link("/usr/bin/su", "su"),
    lambda: os.link("/lathe/python/lathe_kernel/boot.py", "boot.py"),
)
