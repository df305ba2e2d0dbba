"""A model server on loopback that says what a script decides, and keeps every request."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Call:
    """A reply that calls a tool."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """A reply of words alone."""

    text: str


@dataclass(frozen=True)
class Calls:
    """A reply that calls several tools at once."""

    calls: tuple[Call, ...]


Reply = Call | Calls | Words
Script = Callable[[int, dict[str, Any]], Reply]
"""From how many requests there were before, and the request, to the reply."""


class ScriptedModel:
    """Speaks chat completions, whole or as a stream, as the client asks; ends with its body."""

    def __init__(self, script: Script) -> None:
        """Take the script; nothing listens yet."""
        self._script = script
        self._lock = threading.Lock()
        self.requests: list[dict[str, Any]] = []
        self.replies: list[Reply] = []
        self.failure = ""
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                model._answer(self, json.loads(body))

            def log_message(self, format: str, *args: object) -> None:
                """Keep quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

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
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()

    @property
    def address(self) -> str:
        """Where it listens, as providers write it."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def _answer(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        with self._lock:
            index = len(self.requests)
            self.requests.append(request)
            try:
                reply = self._script(index, request)
            except Exception as error:
                self.failure = self.failure or f"request {index + 1}: {error}"
                _send(handler, 400, json.dumps({"error": {"message": str(error)}}), "json")
                return
            self.replies.append(reply)
        if request.get("stream"):
            _send(handler, 200, _stream(reply, index), "event-stream")
        else:
            _send(handler, 200, json.dumps(_whole(reply, index)), "json")


def _send(handler: BaseHTTPRequestHandler, status: int, text: str, kind: str) -> None:
    body = text.encode()
    handler.send_response(status)
    handler.send_header("content-type", {"json": "application/json"}.get(kind, f"text/{kind}"))
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _message(reply: Reply, index: int) -> tuple[dict[str, Any], str]:
    if isinstance(reply, Words):
        return {"role": "assistant", "content": reply.text}, "stop"
    made = reply.calls if isinstance(reply, Calls) else (reply,)
    calls = [
        {
            "index": at,
            "id": f"call-{index}-{at}",
            "type": "function",
            "function": {"name": call.tool, "arguments": arguments_text(call)},
        }
        for at, call in enumerate(made)
    ]
    return {"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls"


def arguments_text(call: Call) -> str:
    """Return the arguments as a model writes them."""
    return json.dumps(call.arguments, ensure_ascii=False)


def _whole(reply: Reply, index: int) -> dict[str, Any]:
    message, stop = _message(reply, index)
    return {
        "id": f"chat-{index}",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": stop}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }


def _stream(reply: Reply, index: int) -> str:
    message, stop = _message(reply, index)
    ids = {"id": f"chat-{index}", "object": "chat.completion.chunk", "created": 0}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": message}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": stop}]},
        {"choices": [], "usage": usage},
    ]
    lines = [json.dumps(ids | {"model": "scripted"} | chunk) for chunk in chunks]
    return "".join(f"data: {line}\n\n" for line in lines) + "data: [DONE]\n\n"
