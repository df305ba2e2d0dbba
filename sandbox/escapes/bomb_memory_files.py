"""Takes all memory of the machine with memory files, which no limit of a process counts.

Denial: KernelDied
"""

import os
import time

held = []
for _ in range(64):
    held.append(os.memfd_create("bomb"))
    os.write(held[-1], bytes(target["memory"] // 8))
time.sleep(20)
