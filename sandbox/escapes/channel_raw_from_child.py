"""Writes frames from a forked child, past the runtime: the end of this cell, while the parent goes on.

Denial: bounded
Afterwards: dead kernel
"""

import time

if os.fork() == 0:
    body = b'{"cell": 2, "status": "ok", "seconds": 0, "variables": {"items": [], "omitted": 0}}'
    os.write(3, len(body).to_bytes(4, "little") + bytes([33, 0, 0, 0]) + bytes(8) + body)
    os._exit(0)
time.sleep(0.3)
