"""Makes a second note under the number of a plan's call that is under way.

Denial: KernelDied
"""

import json
import time


def frame(name, arguments):
    body = json.dumps({"name": name, "arguments": arguments}).encode()
    return len(body).to_bytes(4, "little") + bytes([36, 0, 0, 0]) + (900).to_bytes(8, "little") + body


ask = frame("ask_model", {"prompt": "x"})
os.write(3, ask + frame("note", {"kind": "fact", "text": "planted"}) + ask)
time.sleep(20)
