"""Asks for names, by which data could leave.

Denial: Denied
"""

import socket

try_all(lambda: socket.getaddrinfo("data.example.com", 80), lambda: socket.gethostbyname("example.com"))
