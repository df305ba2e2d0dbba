"""Sends a key twice, for two readers that take different ones.

Denial: KernelDied
"""

body = b'{"name": "answer", "name": "save_function", "arguments": {}}'
os.write(3, len(body).to_bytes(4, "little") + bytes([36, 0, 0, 0]) + (77).to_bytes(8, "little") + body)
import time; time.sleep(20)
