"""Takes all memory of the machine.

Denial: MemoryError
"""

held = []
while True:
    held.append(bytearray(64 << 20))
