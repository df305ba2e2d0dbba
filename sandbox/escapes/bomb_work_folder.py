"""Fills the disk of the user with many files below the limit of one.

Denial: interrupted
Roles: session
"""

import os

try:
    for number in range(400):
        with open(f"fill-{number}", "wb") as file:
            file.write(bytes(target["work_limit"] // 2))
finally:
    for number in range(400):
        try:
            os.unlink(f"fill-{number}")
        except FileNotFoundError:
            break
