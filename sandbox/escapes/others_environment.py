"""Reads the environment of other processes, where keys would be.

Denial: Denied
"""

try_all(*[lambda p=p: read(f"/proc/{p}/environ") for p in (target["witness"], os.getppid(), 1)])
