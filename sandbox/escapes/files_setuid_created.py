"""Creates a file that takes on its owner's rights at birth.

Denial: Denied
"""

try_all(
    lambda: os.open("born", os.O_CREAT | os.O_WRONLY, 0o4755),
    lambda: os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o6755),
    lambda: system_call(437, -100, b"born2", (ctypes.c_uint64 * 3)(os.O_CREAT | os.O_WRONLY, 0o4755, 0), 24),
)
