"""Starts threads without end.

Denial: RuntimeError
"""

import threading

gate = threading.Event()
try:
    while True:
        threading.Thread(target=gate.wait, daemon=True).start()
finally:
    gate.set()
