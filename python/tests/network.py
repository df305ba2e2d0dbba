"""A network of its own for servers and whoever speaks to them: loopback, and nothing beyond.

It belongs to a process that only waits. As root that needs a network namespace alone, as anybody
else a user namespace around it, which Lathe's sandbox needs too.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

_ROOT = os.geteuid() == 0
_MADE = ("--net",) if _ROOT else ("--map-current-user", "--keep-caps", "--net")
_GET_FLAGS, _SET_FLAGS, _IS_UP = 0x8913, 0x8914, 1
_LISTENS = "0A"


class Network:
    """The network; gone when the body ends, with what still listens in it unreachable."""

    def __init__(self) -> None:
        """Make it, with loopback up."""
        self._process = subprocess.Popen(
            ["/usr/bin/unshare", *_MADE, sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "up\n", "no network namespace can be made here"
        self._folder = Path(f"/proc/{self._process.pid}")

    def __enter__(self) -> "Network":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    @property
    def words(self) -> list[str]:
        """What goes before a command that is to be run inside."""
        inside = [f"--net={self._folder}/ns/net"]
        if not _ROOT:
            inside += [f"--user={self._folder}/ns/user", "--preserve-credentials"]
        return ["/usr/bin/nsenter", *inside, "--"]

    @property
    def interfaces(self) -> set[str]:
        """The names of what leads anywhere."""
        lines = (self._folder / "net" / "dev").read_text().splitlines()
        return {line.partition(":")[0].strip() for line in lines if ":" in line}

    def wait_for_port(self, port: int, process: subprocess.Popen[str]) -> None:
        """Wait until a program listens at its port of loopback."""
        place = f"0100007F:{port:04X}"
        limit = time.monotonic() + 120
        while not self._listens(place):
            assert process.poll() is None, process.args
            assert time.monotonic() < limit, process.args
            time.sleep(0.05)

    def _listens(self, place: str) -> bool:
        rows = [line.split() for line in (self._folder / "net" / "tcp").read_text().splitlines()]
        return any(row[1] == place and row[3] == _LISTENS for row in rows[1:])


def _serve() -> None:
    """Bring loopback up, say so, and hold the network until standard input ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(any_socket, _GET_FLAGS, asked))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _IS_UP))
    print("up", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve()
