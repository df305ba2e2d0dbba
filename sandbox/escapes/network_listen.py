"""Listens for connections.

Denial: Denied
"""

import socket

try_all(
    lambda: socket.create_server(("127.0.0.1", 0)),
    lambda: socket.socket(socket.AF_UNIX).bind("socket"),
    lambda: socket.socketpair()[0].listen(),
    lambda: socket.socketpair()[0].bind("named"),
)
