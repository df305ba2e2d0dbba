"""A fork and an echo in a Python with nothing imported: `python -I -S bare.py FORKS ECHOES`.

Prints the median seconds of each, a line each. A process with more in it forks more slowly.
"""

import os
import socket
import sys
import time
from collections.abc import Callable


def main(forks: int, echoes: int) -> None:
    """Print the two medians."""
    print(_median(_fork, forks))
    print(_echo(echoes))


def _fork() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def _echo(count: int) -> float:
    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        ours.close()
        while byte := theirs.recv(1):
            theirs.send(byte)
        os._exit(0)
    theirs.close()

    def once() -> None:
        ours.send(b"x")
        ours.recv(1)

    seconds = _median(once, count)
    ours.close()
    os.waitpid(child, 0)
    return seconds


def _median(once: Callable[[], object], count: int) -> float:
    seconds: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        once()
        seconds.append(time.perf_counter() - began)
    return sorted(seconds)[count // 2]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
