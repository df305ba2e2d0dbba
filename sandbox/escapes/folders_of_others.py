"""Reads the files of the session and of another subtask.

Denial: Denied
Roles: subtask
"""

try_all(
    lambda: os.listdir("/work/session"),
    lambda: os.listdir("/tmp"),
    lambda: read("/work/session/witness"),
    lambda: os.listdir("/dev/shm"),
)
