"""Fills /dev/shm.

Denial: OSError, PermissionError
"""

names = []
try:
    while True:
        names.append(f"/dev/shm/fill-{len(names)}")
        with open(names[-1], "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 256 << 20)
finally:
    for name in names:
        if os.access(name, os.F_OK):
            os.unlink(name)
