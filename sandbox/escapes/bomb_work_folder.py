"""Fills the disk of the user with many files below the limit of one.

Denial: OSError
Roles: session
Succeeds: a quota of a folder needs rights that an ordinary user has not; the folder is measured after each cell instead
"""

for number in range(4):
    with open(f"fill-{number}", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, target["work_limit"] // 2)
