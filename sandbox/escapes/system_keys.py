"""Uses the key rings of the Linux kernel.

Denial: Denied
"""

try_all(
    lambda: system_call(250, 0, -3, 0),
    lambda: system_call(248, b"user", b"name", b"secret", 6, -3),
    lambda: system_call(249, b"user", b"name", 0, -3),
)
