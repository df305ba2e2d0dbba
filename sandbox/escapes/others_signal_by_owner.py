"""Has Linux send a deadly signal to another kernel when a pipe can be read.

Denial: bounded
"""

import fcntl

reader, writer = os.pipe()
try:
    fcntl.fcntl(reader, fcntl.F_SETOWN, target["witness"])
    fcntl.fcntl(reader, 10, 9)
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)
    os.write(writer, b"x")
except OSError as error:
    print(error)
