"""Takes all memory of the machine with arrays.

Denial: MemoryError, _ArrayMemoryError
"""

import numpy

held = []
while True:
    held.append(numpy.ones(8 << 20))
