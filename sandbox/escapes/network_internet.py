"""Connects to the internet and to the machine itself.

Denial: Denied
"""

import socket
import urllib.request

try_all(
    lambda: socket.create_connection(("1.1.1.1", 53), 2),
    lambda: socket.create_connection(("127.0.0.1", target["port"]), 2),
    lambda: socket.create_connection(("::1", 80), 2),
    lambda: urllib.request.urlopen("http://169.254.169.254/latest/meta-data", timeout=2),
)
