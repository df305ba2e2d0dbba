"""A model server of ours that speaks streamed chat completions and says what a test wrote down."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


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


@dataclass(frozen=True)
class Silence:
    """No answer until the server ends."""


Line = Code | Text | Refusal | Silence


class ModelServer:
    """Gives one line of the script a request, in order, and keeps every request.

    A request beyond the script gets status 400, which a test notices. As a context it ends.
    """

    def __init__(self, *script: Line) -> None:
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

    def __enter__(self) -> "ModelServer":
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
        """What makes the program take this server for OpenAI's; the key counts as secret."""
        address = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        return {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": KEY}

    def _answer(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        with self._lock:
            index = len(self.requests)
            self.requests.append(request)
        line = (
            self._script[index]
            if index < len(self._script)
            else Refusal(400, f"the script has no line {index + 1}")
        )
        match line:
            case Refusal():
                self._refuse(handler, line)
            case Silence():
                self._ended.wait()
            case Code(code, said):
                function = {"name": "python", "arguments": json.dumps({"code": code})}
                call = {"index": 0, "id": f"call-{index}", "type": "function", "function": function}
                self._stream(handler, {"content": said, "tool_calls": [call]}, "tool_calls")
            case Text(text):
                self._stream(handler, {"content": text}, "stop")

    @staticmethod
    def _refuse(handler: BaseHTTPRequestHandler, refusal: Refusal) -> None:
        body = json.dumps({"error": {"message": refusal.message}}).encode()
        handler.send_response(refusal.status)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @staticmethod
    def _stream(handler: BaseHTTPRequestHandler, delta: dict[str, Any], stop: str) -> None:
        chunks: list[dict[str, Any]] = [
            {"model": "scripted", "choices": [{"index": 0, "delta": delta}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": stop}]},
            {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 10}},
        ]
        lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
        body = "".join([*lines, "data: [DONE]\n\n"]).encode()
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


KEY = "sk-secret-that-must-not-leak-4711"
MODEL = "openai:scripted"
