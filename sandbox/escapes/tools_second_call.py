"""Calls a tool while another call of it waits for the user.

Denial: KernelDied
"""

import json


def frame(number, text):
    arguments = {"server": "shop", "name": "write", "arguments": {"text": text}}
    body = json.dumps({"name": "tool_call", "arguments": arguments}).encode()
    return len(body).to_bytes(4, "little") + bytes([36, 0, 0, 0]) + number.to_bytes(8, "little") + body


os.write(3, frame(5, "first") + frame(5, "second"))
import time; time.sleep(20)
