"""Enters the namespaces of other processes.

Denial: Denied
"""

try_all(
    *[lambda n=n: open(f"/proc/1/ns/{n}") for n in ("mnt", "pid", "net", "user")],
    lambda: system_call(308, os.open("/proc/self/ns/net", os.O_RDONLY), 0),
)
