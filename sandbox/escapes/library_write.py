"""Reads the library of capabilities, plants one, or changes them.

Denial: Denied
"""

library = target["folder"] + "/generated-capabilities"
try_all(
    lambda: os.listdir(library),
    lambda: write(library + "/planted.py"),
    lambda: os.mkdir(library + "/functions"),
    lambda: os.rename(library, library + "-2"),
    lambda: os.chmod(library, 0o777),
    lambda: os.listdir("/library"),
    lambda: write(target["work"] + "/../generated-capabilities/planted.py"),
)
