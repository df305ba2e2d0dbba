"""Takes all memory of the machine with children, each below the limit of one.

Denial: KernelDied, interrupted
"""

import time

for _ in range(24):
    if os.fork() == 0:
        held = bytearray(b"x") * (target["memory"] // 4 * 3)
        time.sleep(60)
        os._exit(0)
time.sleep(20)
