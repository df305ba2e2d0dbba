"""Uses the reserved bytes of a header.

Denial: KernelDied
"""

os.write(3, (2).to_bytes(4, "little") + bytes([33, 0, 7, 7]) + bytes(8) + b"{}")
import time; time.sleep(20)
