"""Finds the journal and writes to it.

Denial: Denied
"""

try_all(
    lambda: write("/work/journal.sqlite"),
    lambda: write("/work/../journal.sqlite"),
    lambda: os.mkdir("/work/outputs"),
    lambda: os.listdir("/work"),
    lambda: write(target["folder"] + "/journal.sqlite"),
    lambda: write(target["folder"] + "/outputs/planted"),
)
