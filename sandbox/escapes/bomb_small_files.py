"""Takes all names of the disk with files that hold nothing.

Denial: interrupted, KernelDied
Roles: session
"""

import shutil

os.mkdir("names")
try:
    for number in range(1_000_000):
        os.close(os.open(f"names/{number}", os.O_CREAT | os.O_WRONLY))
finally:
    shutil.rmtree("names", ignore_errors=True)
