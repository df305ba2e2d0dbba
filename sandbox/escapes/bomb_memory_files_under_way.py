"""Hides memory files in a socket that nobody reads: no descriptor and no map leads to them.

Denial: KernelDied
"""

import array
import socket
import time

ours, theirs = socket.socketpair()
for _ in range(100):
    file = os.memfd_create("hidden")
    os.write(file, bytes(16 << 20))
    ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [file]))])
    os.close(file)
    time.sleep(0.05)
time.sleep(20)
