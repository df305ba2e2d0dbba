"""Changes what Linux thinks of this process, through /proc.

Denial: Denied
"""

try_all(
    lambda: write("/proc/self/oom_score_adj", b"-1000"),
    lambda: write("/proc/self/uid_map", b"0 0 1"),
    lambda: write("/proc/self/setgroups", b"allow"),
    lambda: write("/proc/self/attr/current", b"unconfined"),
    lambda: write("/proc/self/coredump_filter", b"ff"),
)
