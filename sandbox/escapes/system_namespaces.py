"""Makes namespaces, in each of which it would have every right.

Denial: Denied
"""

try_all(*[lambda f=f: system_call(272, f) for f in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x4000000, 0x8000000, 0x2000000, 0x80)])
