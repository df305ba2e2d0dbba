"""Replaces the handler of interrupts and never ends.

Denial: KernelDied, interrupted
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
