"""Fills /tmp.

Denial: OSError
"""

names = []
try:
    while True:
        names.append(os.path.join(os.environ["TMPDIR"], f"fill-{len(names)}"))
        with open(names[-1], "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 256 << 20)
finally:
    for name in names:
        os.unlink(name)
