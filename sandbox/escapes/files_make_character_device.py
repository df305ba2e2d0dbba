"""Makes a device node of its own for the memory of the machine.

Denial: PermissionError
"""

os.mknod("node", 0o20666, os.makedev(1, 1))
