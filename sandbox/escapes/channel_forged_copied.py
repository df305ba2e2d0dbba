"""Says that it has copied itself, and names a process of its choice, when nobody asked.

Denial: KernelDied
"""

body = b'{"process": 1}'
os.write(3, len(body).to_bytes(4, "little") + bytes([37, 0, 0, 0]) + bytes(8) + body)
import time; time.sleep(20)
