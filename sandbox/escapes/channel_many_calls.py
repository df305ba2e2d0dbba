"""Makes more calls at once than a kernel may.

Denial: KernelDied
"""

body = b'{"name": "slow", "arguments": {}}'
for number in range(1, 200):
    os.write(3, len(body).to_bytes(4, "little") + bytes([36, 0, 0, 0]) + number.to_bytes(8, "little") + body)
import time; time.sleep(20)
