"""Returns a value whose text is a gigabyte.

Denial: bounded, MemoryError
"""

class Loud:
    def __repr__(self):
        return "x" * (1 << 28)


Loud()
