"""Plants a capability, or changes the library's.

Denial: Denied
"""

try_all(
    lambda: write("/library/planted.py"),
    lambda: os.mkdir("/library/functions/planted"),
    lambda: os.rename("/library", "/library2"),
    lambda: os.chmod("/library", 0o777),
    lambda: os.utime("/library"),
)
