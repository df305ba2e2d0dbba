"""Meets the host on an abstract socket, by a socket and by a pair turned to it.

Denial: Denied
"""

import socket

name = target["abstract"]
try_all(
    lambda: socket.socket(socket.AF_UNIX).connect(name),
    lambda: socket.socketpair()[0].connect(name),
    lambda: socket.socketpair(type=socket.SOCK_DGRAM)[0].sendto(b"x", name),
    lambda: socket.socketpair()[0].sendto(b"x", name),
    lambda: socket.socketpair()[0].sendmsg([b"x"], [], 0, name),
)
