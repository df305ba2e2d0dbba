"""Computes without end.

Denial: interrupted
"""

while True:
    pass
