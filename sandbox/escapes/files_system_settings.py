"""Writes the settings of the machine in /proc.

Denial: Denied
"""

try_all(
    lambda: write("/proc/sys/kernel/core_pattern", b"|/bin/true"),
    lambda: write("/proc/sys/vm/overcommit_memory", b"1"),
    lambda: write("/proc/sysrq-trigger", b"b"),
    lambda: write("/proc/sys/kernel/hostname", b"x"),
)
