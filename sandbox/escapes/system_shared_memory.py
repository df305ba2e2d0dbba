"""Meets other kernels in shared memory, semaphores and message queues.

Denial: Denied
"""

try_all(
    lambda: system_call(29, 1, 4096, 0o1666),
    lambda: system_call(64, 1, 1, 0o1666),
    lambda: system_call(68, 1, 0o1666),
    lambda: system_call(240, b"queue", 0o102, 0o666, 0),
)
