"""Attaches a debugger to other kernels and lets itself be traced.

Denial: Denied
"""

try_all(
    lambda: system_call(101, 16, target["witness"], 0, 0),
    lambda: system_call(101, 0x4206, os.getppid(), 0, 0),
    lambda: system_call(101, 0, 0, 0, 0),
)
