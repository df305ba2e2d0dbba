"""A model server of ours that speaks as two providers do and says what a test wrote down."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests_program.wire_forms import Form, Said, stream


@dataclass(frozen=True)
class Code:
    """A reply that calls the tool `python` with this code, and may say something before."""

    code: str
    said: str = ""


@dataclass(frozen=True)
class Text:
    """A reply of words alone."""

    text: str


@dataclass(frozen=True)
class Refusal:
    """An answer with this HTTP status and this message."""

    status: int
    message: str
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Silence:
    """No answer until the server ends."""


@dataclass(frozen=True)
class Half:
    """The first half of this reply's stream; then the connection ends."""

    said: Said


@dataclass(frozen=True)
class Raw:
    """An answer with status 200 that may be anything."""

    body: str
    content_type: str = "text/event-stream"


Line = Code | Text | Refusal | Silence | Said | Half | Raw


class ModelServer:
    """Gives one line of the script a request, in order, and keeps every request.

    A request beyond the script gets the line `then`; without one status 400, which a test notices.
    As a context it ends.
    """

    def __init__(self, *script: Line, then: Line | None = None, form: Form = "openai") -> None:
        self._then = then
        self._form: Form = form
        self.requests: list[dict[str, Any]] = []
        self._script: Sequence[Line] = script
        self._ended = threading.Event()
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                server._answer(self, json.loads(body))

            def do_GET(self) -> None:
                server._refuse(self, Refusal(404, "only chat completions here"))

            def log_message(self, format: str, *args: object) -> None:
                """Keep quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def variables(self) -> dict[str, str]:
        """What makes the program take this server for the provider's; the key counts as secret."""
        address = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        name = "ANTHROPIC" if self._form == "anthropic" else "OPENAI"
        return {f"{name}_BASE_URL": address, f"{name}_API_KEY": KEY}

    def line(self, index: int, request: dict[str, Any]) -> Line:
        """Give the reply to a request, of which there were `index` before."""
        line = self._script[index] if index < len(self._script) else self._then
        return line or Refusal(400, f"the script has no line {index + 1}")

    def _answer(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        with self._lock:
            index = len(self.requests)
            self.requests.append(request)
            line = self.line(index, request)
        match line:
            case Refusal() as refusal:
                self._refuse(handler, refusal)
            case Silence():
                self._ended.wait()
            case Code(code, said):
                call = Said(said, "python", json.dumps({"code": code}), "tool")
                self._send(handler, stream(self._form, call, index))
            case Text(text):
                self._send(handler, stream(self._form, Said(text), index))
            case Said() as reply:
                self._send(handler, stream(self._form, reply, index))
            case Half(reply):
                whole = stream(self._form, reply, index)
                self._send(handler, whole[: len(whole) // 2], missing=len(whole) // 2)
                handler.close_connection = True
            case Raw(body, content_type):
                self._send(handler, body, content_type)

    @staticmethod
    def _refuse(handler: BaseHTTPRequestHandler, refusal: Refusal) -> None:
        error = {"message": refusal.message, "type": refusal.kind}
        body = json.dumps({"error": error}).encode()
        handler.send_response(refusal.status)
        for name, value in refusal.headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @staticmethod
    def _send(
        handler: BaseHTTPRequestHandler,
        text: str,
        content_type: str = "text/event-stream",
        missing: int = 0,
    ) -> None:
        body = text.encode()
        handler.send_response(200)
        handler.send_header("content-type", content_type)
        handler.send_header("content-length", str(len(body) + missing))
        handler.end_headers()
        handler.wfile.write(body)


KEY = "sk-secret-that-must-not-leak-4711"
MODEL = "openai:scripted"
