"""The tool host alone, as lathe starts it: a process with a socket as its input and output."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import lathe_tools
from lathe_bench.cells import BenchError


class HostProcess:
    """One tool host and one server of it; gone when the body ends."""

    def __init__(self, command: list[str]) -> None:
        """Start the host and define the server."""
        # The host removes its exchange folder itself.
        exchange = tempfile.mkdtemp(prefix="lathe-bench-")
        ours, theirs = socket.socketpair()
        script = Path(lathe_tools.__file__).with_name("__main__.py")
        self._process = subprocess.Popen(
            [sys.executable, "-I", script, exchange],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            env={},
        )
        theirs.close()
        self._socket = ours
        self._lines = ours.makefile("r", encoding="utf-8")
        self._number = 0
        definition = {"command": command[0], "args": command[1:], "env": {"PATH": "/usr/bin:/bin"}}
        self.ask("define", 1, server="s", definition=definition, log=None)

    def __enter__(self) -> Self:
        """Return the host."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close its input, which ends it and its server."""
        self._socket.shutdown(socket.SHUT_WR)
        self._process.wait(timeout=30)

    def ask(self, method: str, count: int, **params: object) -> float:
        """Send a request so often, all before the first answer is read; return the seconds.

        Raises:
            BenchError: one was refused, or the host ended.
        """
        wanted: set[int] = set()
        began = time.perf_counter()
        for _ in range(count):
            self._number += 1
            wanted.add(self._number)
            request = {"id": self._number, "method": method, "params": params}
            self._socket.sendall(json.dumps(request).encode() + b"\n")
        while wanted:
            line = self._lines.readline()
            if not line:
                raise BenchError("the tool host ended")
            message: dict[str, Any] = json.loads(line)
            if "error" in message:
                raise BenchError(f"the tool host refused: {message['error']['reason']}")
            wanted.discard(message.get("id", 0))
        return time.perf_counter() - began
