"""Sends frames that only lathe or the template may send.

Denial: KernelDied
"""

os.write(3, (2).to_bytes(4, "little") + bytes([4, 0, 0, 0]) + bytes(8) + b"{}")
import time; time.sleep(20)
