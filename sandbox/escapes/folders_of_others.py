"""Reads the files of the session and of another subtask.

Denial: Denied
Roles: subtask
"""

try_all(
    lambda: os.listdir(target["session"]),
    lambda: os.listdir("/tmp"),
    lambda: read(target["session"] + "/witness"),
    lambda: os.listdir("/dev/shm"),
)
