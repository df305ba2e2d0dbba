"""A model server on loopback that says what a script decides, and keeps every request."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from lathe_bench.loopback import Answered, Loopback


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
        """Take the script; nothing is answered yet."""
        self._script = script
        self.requests: list[dict[str, Any]] = []
        self.replies: list[Reply] = []
        # When each request was here whole, and when the answer to it had been sent.
        self.arrived: list[float] = []
        self.sent: list[float] = []
        self.failure = ""
        self._server = Loopback(self._answer, lambda: self.sent.append(time.perf_counter()))

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._server.__exit__(kind, error, trace)

    @property
    def address(self) -> str:
        """Where it listens, as providers write it."""
        return f"http://127.0.0.1:{self._server.port}/v1"

    def _answer(self, body: bytes) -> Answered:
        self.arrived.append(time.perf_counter())
        request = json.loads(body)
        index = len(self.requests)
        self.requests.append(request)
        try:
            reply = self._script(index, request)
        except Exception as error:
            self.failure = self.failure or f"request {index + 1}: {error}"
            return Answered(400, json.dumps({"error": {"message": str(error)}}).encode())
        self.replies.append(reply)
        if request.get("stream"):
            return Answered(200, _stream(reply, index).encode(), "text/event-stream")
        return Answered(200, json.dumps(_whole(reply, index)).encode())


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
