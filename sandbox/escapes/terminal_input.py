"""Types into the user's terminal.

Denial: Denied
"""

import fcntl

try_all(*[lambda d=d, r=r: fcntl.ioctl(d, r, b"x") for d in (0, 1, 2, 3) for r in (0x5412, 0x1_0000_5412, 0x541C, 0x540E)], lambda: open("/dev/tty", "w"), errors=(OSError, OverflowError))
