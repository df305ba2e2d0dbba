"""The tool host as lathe starts it: a process with a socket as its input and output."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

PYTHON = sys.executable
FOLDER = Path(__file__).parent.parent
SERVERS = Path(__file__).parent / "servers"
OLD_SERVERS = Path(sys.prefix) / "share" / "lathe-old-servers"
# What starts a server of `SERVERS` that is made with the SDK; its file and arguments follow.
MADE_WITH_SDK = (PYTHON, str(SERVERS / "sooner.py"))
MINIMUM = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "LANG": "C.UTF-8"}


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def wait_for_port(port: int, process: subprocess.Popen[Any]) -> None:
    """Wait until a program listens at its port."""
    limit = time.monotonic() + 120
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, process.args
            assert time.monotonic() < limit, process.args
            time.sleep(0.05)
        else:
            return


class Refused(Exception):
    """The host's error to a request."""

    def __init__(self, error: dict[str, str]) -> None:
        super().__init__(error)
        self.code = error["code"]
        self.server = error["server"]
        self.reason = error["reason"]
        self.mend = error["mend"]


class ToolHost:
    """One host. Requests may be sent before earlier ones are answered."""

    def __init__(self, folder: Path, within: Sequence[str] = ()) -> None:
        self.exchange = folder / "exchange"
        self.exchange.mkdir()
        self.folder = folder
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [*within, PYTHON, "-I", "-B", f"{FOLDER}/lathe_tools/__main__.py", str(self.exchange)],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=(folder / "host.log").open("wb"),
            env={},
        )
        theirs.close()
        self._socket = ours
        self._lines = ours.makefile("r", encoding="utf-8")
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._is_over = False
        self.events: list[dict[str, Any]] = []
        self.asks: list[dict[str, Any]] = []
        self.reply: dict[str, Any] = {"action": "decline"}
        self.reply_after = 0.0
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "ToolHost":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()
        assert self.process.wait(30) == 0, (self.folder / "host.log").read_text()

    def hang_up(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    def _read(self) -> None:
        for line in self._lines:
            message = json.loads(line)
            if "ask" in message:
                self.asks.append(message)
                # A person who thinks.
                time.sleep(self.reply_after)
                self._send({"answer": message["ask"], "result": self.reply})
                continue
            with self._arrived:
                if "id" in message:
                    self._answers[message["id"]] = message
                else:
                    self.events.append(message)
                self._arrived.notify_all()
        with self._arrived:
            self._is_over = True
            self._arrived.notify_all()

    def _send(self, message: dict[str, Any]) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def send(self, method: str, **params: object) -> int:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        return self._number

    def answer(self, number: int) -> dict[str, Any]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: number in self._answers or self._is_over, 60)
            message = self._answers[number]
        if "error" in message:
            raise Refused(message["error"])
        if "file" in message:
            return json.loads((self.exchange / message["file"]["name"]).read_bytes())
        return message["result"]

    def raw(self, number: int) -> dict[str, Any]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: number in self._answers, 60)
            return self._answers[number]

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        return self.answer(self.send(method, **params))

    def event(self, name: str) -> dict[str, Any]:
        """Wait for the first event of a name."""

        def found() -> dict[str, Any] | None:
            return next((each for each in self.events if each["event"] == name), None)

        with self._arrived:
            assert self._arrived.wait_for(lambda: found() is not None, 60), self.events
            event = found()
        assert event is not None
        return event

    def define(self, name: str, *command: str, **more: Any) -> None:
        definition = {"command": command[0], "args": command[1:], "env": MINIMUM, **more}
        log = str(self.folder / f"{name}.log")
        self.ask("define", server=name, definition=definition, log=log)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()
