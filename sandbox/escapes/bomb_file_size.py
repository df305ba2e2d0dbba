"""Makes one enormous file.

Denial: OSError, interrupted
"""

try:
    with open("enormous", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 50)
finally:
    os.unlink("enormous")
