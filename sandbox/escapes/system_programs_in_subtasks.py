"""Starts programs in a subtask, which needs none.

Denial: Denied
Roles: subtask
"""

import subprocess

try_all(
    lambda: subprocess.run(["/usr/bin/id"]),
    lambda: os.execv("/usr/bin/id", ["id"]),
    lambda: os.posix_spawn("/usr/bin/id", ["id"], {}),
)
