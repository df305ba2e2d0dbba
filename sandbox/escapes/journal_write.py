"""Finds the journal and writes to it.

Denial: Denied
"""

try_all(
    lambda: write(target["work"] + "/journal.sqlite"),
    lambda: write(target["work"] + "/../journal.sqlite"),
    lambda: os.mkdir(target["work"] + "/outputs"),
    lambda: os.listdir(target["work"]),
    lambda: write(target["folder"] + "/journal.sqlite"),
    lambda: write(target["folder"] + "/outputs/planted"),
)
