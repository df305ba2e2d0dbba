"""Starts threads without end.

Denial: RuntimeError, KernelDied
"""

import threading

gate = threading.Event()
try:
    while True:
        threading.Thread(target=gate.wait, daemon=True).start()
finally:
    gate.set()
