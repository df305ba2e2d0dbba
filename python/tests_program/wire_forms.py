"""The streams of two providers, one of which has two forms, with the same reply in each."""

import json
from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["openai", "anthropic", "responses"]
Stop = Literal["end", "tool", "length", "refusal"]

_STOPS: dict[str, dict[Stop, str]] = {
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
    match form:
        case "openai":
            return _openai(said, index)
        case "anthropic":
            return _anthropic(said, index)
        case "responses":
            return _responses(said, index)


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


def _responses(said: Said, index: int) -> str:
    begun: dict[str, Any] = {
        "id": f"resp-{index}",
        "object": "response",
        "model": "scripted",
        "output": [],
    }
    events: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    if said.text or said.stop == "refusal":
        kind = "refusal" if said.stop == "refusal" else "output_text"
        item: dict[str, Any] = {
            "type": "message",
            "id": "message",
            "role": "assistant",
            "content": [],
        }
        events += [
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            {"type": f"response.{kind}.delta", "output_index": 0, "delta": said.text},
        ]
    if said.tool is not None:
        call = {"type": "function_call", "id": "call", "name": said.tool, "arguments": ""}
        item = {**call, "call_id": f"call-{index}"}
        arguments = {"output_index": 1, "item_id": "call"}
        kind = "response.function_call_arguments"
        events += [
            {"type": "response.output_item.added", "output_index": 1, "item": item},
            {"type": f"{kind}.delta", "delta": said.arguments, **arguments},
            {"type": f"{kind}.done", "arguments": said.arguments, **arguments},
        ]
    usage = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
    is_cut = said.stop == "length"
    reason = {"reason": "max_output_tokens"} if is_cut else None
    status = "incomplete" if is_cut else "completed"
    ended: dict[str, Any] = {
        **begun,
        "status": status,
        "incomplete_details": reason,
        "usage": usage,
    }
    events.append({"type": f"response.{status}", "response": ended})
    return "".join(
        f"event: {one['type']}\ndata: {json.dumps({**one, 'sequence_number': number})}\n\n"
        for number, one in enumerate(events)
    )


def _block(index: int, block: dict[str, Any], delta: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]
