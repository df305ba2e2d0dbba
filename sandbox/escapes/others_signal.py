"""Ends other kernels, the template and the sandbox's first process.

Denial: Denied
"""

try_all(
    lambda: os.kill(target["witness"], 9),
    lambda: os.kill(os.getppid(), 9),
    lambda: os.kill(1, 9),
    lambda: os.killpg(target["witness"], 9),
    lambda: system_call(234, target["witness"], target["witness"], 9),
    lambda: system_call(129, target["witness"], 9, b"\0" * 128),
)
