"""Sends descriptors to lathe where it expects none.

Denial: KernelDied
"""

import array
import socket

header = (2).to_bytes(4, "little") + bytes([33, 1, 0, 0]) + (0).to_bytes(8, "little")
channel = socket.socket(fileno=os.dup(3))
channel.sendmsg([header + b"{}"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 50))])
import time; time.sleep(20)
