"""Makes a device node of its own for a disk.

Denial: PermissionError
"""

os.mknod("node", 0o60666, os.makedev(8, 0))
