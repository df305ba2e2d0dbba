"""Takes all memory of the machine by shared mappings, which RLIMIT_DATA does not count.

Denial: KernelDied
"""

import mmap
import time

held = []
for _ in range(64):
    held.append(mmap.mmap(-1, target["memory"] // 8))
    held[-1].write(bytes(target["memory"] // 8))
time.sleep(20)
