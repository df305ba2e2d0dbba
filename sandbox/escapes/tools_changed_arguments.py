"""Changes the arguments of a call while the user is asked about them.

Denial: bounded
"""

import threading

text = ["harmless"]
request = {"server": "shop", "name": "write", "arguments": {"text": text[0]}}
stop = threading.Event()


def change():
    while not stop.is_set():
        request["arguments"]["text"] = "harmful"
        request["name"] = "refused"


threading.Thread(target=change).start()
try:
    lathe.tools._channel.call("tool_call", request)
except lathe.LatheError:
    pass
finally:
    stop.set()
