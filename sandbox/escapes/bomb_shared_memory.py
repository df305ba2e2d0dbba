"""Takes all memory of the machine by shared mappings, which RLIMIT_DATA does not count.

Denial: OSError
Succeeds: memory that is mapped shared is not private memory; only a control group counts it
"""

import mmap

held = []
for _ in range(8):
    held.append(mmap.mmap(-1, target["memory"] // 4))
    held[-1].write(b"x" * 4096)
