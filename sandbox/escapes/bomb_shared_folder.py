"""Fills /dev/shm.

Denial: OSError
"""

names = []
try:
    while True:
        names.append(f"/dev/shm/fill-{len(names)}")
        with open(names[-1], "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 256 << 20)
finally:
    for name in names:
        if os.access("/dev/shm", os.W_OK):
            os.unlink(name)
