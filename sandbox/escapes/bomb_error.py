"""Raises an error whose text is a gigabyte, from a depth without end.

Denial: Exception
"""

def deeper(n):
    if n == 0:
        raise Exception("x" * (1 << 26))
    deeper(n - 1)


deeper(500)
