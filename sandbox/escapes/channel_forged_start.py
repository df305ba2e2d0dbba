"""Says that it has started, again.

Denial: KernelDied
"""

body = b'{"variables": {"items": [], "omitted": 0}, "problems": []}'
os.write(3, len(body).to_bytes(4, "little") + bytes([32, 0, 0, 0]) + bytes(8) + body)
import time; time.sleep(20)
