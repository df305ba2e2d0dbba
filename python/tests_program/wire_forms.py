"""The streams of two providers, with the same reply in each."""

import json
from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["openai", "anthropic"]
Stop = Literal["end", "tool", "length", "refusal"]

_STOPS: dict[Form, dict[Stop, str]] = {
    "openai": {
        "end": "stop",
        "tool": "tool_calls",
        "length": "length",
        "refusal": "content_filter",
    },
    "anthropic": {
        "end": "end_turn",
        "tool": "tool_use",
        "length": "max_tokens",
        "refusal": "refusal",
    },
}


@dataclass(frozen=True)
class Said:
    """A reply: words, and perhaps a call of a tool with its arguments as text."""

    text: str = ""
    tool: str | None = None
    arguments: str = ""
    stop: Stop = "end"


def stream(form: Form, said: Said, index: int) -> str:
    """Give the whole stream of a reply, the number of whose request is `index`."""
    return _openai(said, index) if form == "openai" else _anthropic(said, index)


def _openai(said: Said, index: int) -> str:
    delta: dict[str, Any] = {"content": said.text}
    if said.tool is not None:
        function = {"name": said.tool, "arguments": said.arguments}
        call = {"index": 0, "id": f"call-{index}", "type": "function", "function": function}
        delta["tool_calls"] = [call]
    chunks: list[dict[str, Any]] = [
        {"model": "scripted", "choices": [{"index": 0, "delta": delta}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": _STOPS["openai"][said.stop]}]},
        {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 10}},
    ]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def _anthropic(said: Said, index: int) -> str:
    usage = {"input_tokens": 100, "output_tokens": 1}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"model": "scripted", "usage": usage}}
    ]
    if said.text:
        events += _block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": said.text})
    if said.tool is not None:
        block: dict[str, Any] = {
            "type": "tool_use",
            "id": f"call-{index}",
            "name": said.tool,
            "input": {},
        }
        delta = {"type": "input_json_delta", "partial_json": said.arguments}
        events += _block(1, block, delta)
    events += [
        {
            "type": "message_delta",
            "delta": {"stop_reason": _STOPS["anthropic"][said.stop]},
            "usage": {"output_tokens": 10},
        },
        {"type": "message_stop"},
    ]
    return "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)


def _block(index: int, block: dict[str, Any], delta: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]
