"""Hands a tool arguments that are ten thousand levels deep, past the encoder.

Denial: KernelDied
"""

deep = b"[" * 10_000 + b"]" * 10_000
body = b'{"name": "tool_call", "arguments": {"server": "shop", "name": "write", "arguments": {"text": '
body += deep + b"}}}"
os.write(3, len(body).to_bytes(4, "little") + bytes([36, 0, 0, 0]) + (5).to_bytes(8, "little") + body)
import time; time.sleep(20)
