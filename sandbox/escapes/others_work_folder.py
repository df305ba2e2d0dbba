"""Walks into another process's root and folder.

Denial: Denied
"""

try_all(
    *[
        lambda p=p, n=n: os.listdir(f"/proc/{p}/{n}")
        for p in (target["witness"], os.getppid(), 1)
        for n in ("cwd", "root", "map_files")
    ]
)
