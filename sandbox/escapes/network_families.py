"""Opens a socket of every family and type.

Denial: Denied
"""

import socket

try_all(*[lambda f=f, t=t: system_call(41, f, t, 0) for f in range(48) for t in (1, 2, 3, 5)])
