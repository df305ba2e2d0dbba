"""Writes one file without end.

Denial: OSError
"""

with open("huge", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 1 << 50)
