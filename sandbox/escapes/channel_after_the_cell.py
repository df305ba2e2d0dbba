"""Speaks when nothing was asked, from a forked child that outlives the cell.

Denial: bounded
Afterwards: dead kernel
"""

import time

if os.fork() == 0:
    time.sleep(0.3)
    body = b'{"cell": 1, "status": "ok", "seconds": 0, "variables": {"items": [], "omitted": 0}}'
    os.write(3, len(body).to_bytes(4, "little") + bytes([33, 0, 0, 0]) + bytes(8) + body)
    os._exit(0)
