"""Tells the runtime that there are no limits, and takes the memory.

Denial: MemoryError
"""

from lathe_kernel import limit_notes, pressure

pressure._known.limits.clear()
pressure._known.start = -(1 << 50)
pressure.measured = lambda *_: None
limit_notes.add = lambda *_: None
held = bytearray(target["memory"] * 2)
