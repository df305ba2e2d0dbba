"""Announces a frame of four gigabytes.

Denial: KernelDied
"""

os.write(3, b"\xff\xff\xff\xff" + bytes([33, 0, 0, 0]) + bytes(8))
import time; time.sleep(20)
