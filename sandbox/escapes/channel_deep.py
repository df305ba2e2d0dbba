"""Sends JSON that is ten thousand levels deep.

Denial: KernelDied
"""

body = b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
os.write(3, len(body).to_bytes(4, "little") + bytes([33, 0, 0, 0]) + bytes(8) + body)
import time; time.sleep(20)
