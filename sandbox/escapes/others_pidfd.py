"""Takes descriptors out of another process.

Denial: Denied
"""

try_all(
    lambda: system_call(434, target["witness"], 0),
    lambda: system_call(438, 3, 3, 0),
    lambda: os.pidfd_open(os.getppid()),
)
