"""A web server on loopback that costs whoever is measured little: one thread, no waiting."""

import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_HEAD_END = b"\r\n\r\n"
_MOST_WAITING = 2_048
_PIECE = 1 << 18
_SECONDS = 60


@dataclass(frozen=True)
class Answered:
    """What is sent back."""

    status: int
    body: bytes
    kind: str = "application/json"

    @property
    def message(self) -> bytes:
        """Head and body, sent at once: a second packet would wait for the first one's receipt."""
        head = (
            f"HTTP/1.1 {self.status} {'OK' if self.status == 200 else 'Refused'}\r\n"
            f"content-type: {self.kind}\r\ncontent-length: {len(self.body)}\r\n\r\n"
        )
        return head.encode("ascii") + self.body


@dataclass
class _Connection:
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    is_urged: bool = False


class Loopback:
    """Answers each POST, in the order in which they have arrived; ends with its body."""

    def __init__(self, answer: Callable[[bytes], Answered], sent: Callable[[], None]) -> None:
        """Take who answers a body, and who is told when that has been sent; nothing runs yet."""
        self._answer = answer
        self._sent = sent
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_MOST_WAITING)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._ended, self._end = socket.socketpair()
        self._selector.register(self._ended, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, and close every connection."""
        self._end.close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._ended:
                    self._close()
                    return
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._receive(key.data)

    def _accept(self) -> None:
        accepted, _ = self._listener.accept()
        accepted.settimeout(_SECONDS)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(accepted, selectors.EVENT_READ, _Connection(accepted))

    def _receive(self, connection: _Connection) -> None:
        try:
            piece = connection.socket.recv(_PIECE)
            if not piece:
                raise ConnectionResetError
            connection.received += piece
            while (body := _whole(connection)) is not None:
                connection.socket.sendall(self._answer(body).message)
                self._sent()
        except (OSError, ValueError):
            self._selector.unregister(connection.socket)
            connection.socket.close()

    def _close(self) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()


def _whole(connection: _Connection) -> bytes | None:
    """Take the body of the first request out of what was received; None while it is not whole.

    Raises:
        ValueError: it is none of the requests that clients of models send.
    """
    received = connection.received
    at = received.find(_HEAD_END)
    if at < 0:
        return None
    method, *lines = bytes(received[:at]).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (a.partition(":") for a in lines)}
    if not method.startswith("POST "):
        raise ValueError(f"only POST is served, not {method[:60]!r}")
    begin, length = at + len(_HEAD_END), int(headers["content-length"])
    if len(received) < begin + length:
        if "expect" in headers and not connection.is_urged:
            connection.is_urged = True
            connection.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None
    body = bytes(received[begin : begin + length])
    del received[: begin + length]
    connection.is_urged = False
    return body
