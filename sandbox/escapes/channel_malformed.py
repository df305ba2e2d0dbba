"""Sends what is no JSON.

Denial: KernelDied
"""

body = b'{"cell": 1, "status": "ok", \xff\xfe'
os.write(3, len(body).to_bytes(4, "little") + bytes([33, 0, 0, 0]) + bytes(8) + body)
import time; time.sleep(20)
