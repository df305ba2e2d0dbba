"""Reads a file of the host by its path, by the roots in /proc and by climbing.

Denial: Denied
"""

secret = target["secret"]
try_all(
    lambda: read(secret),
    lambda: read("/proc/1/root" + secret),
    lambda: read("/proc/self/root" + secret),
    lambda: read(target["session"] + "/../../../../../.." + secret),
    lambda: read("/data/../.." + secret),
    lambda: read(f"/proc/{os.getppid()}/cwd/../.." + secret),
)
