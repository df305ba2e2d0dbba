"""Says that another cell has finished.

Denial: KernelDied
"""

body = b'{"cell": 999999, "status": "ok", "seconds": 0, "variables": {"items": [], "omitted": 0}}'
os.write(3, len(body).to_bytes(4, "little") + bytes([33, 0, 0, 0]) + bytes(8) + body)
import time; time.sleep(20)
