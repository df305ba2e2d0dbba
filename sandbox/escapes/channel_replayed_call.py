"""Makes a second call under the number of one that is under way.

Denial: KernelDied
"""

body = b'{"name": "slow", "arguments": {}}'
frame = len(body).to_bytes(4, "little") + bytes([36, 0, 0, 0]) + (5).to_bytes(8, "little") + body
os.write(3, frame + frame)
import time; time.sleep(20)
