"""What servers give, as JSON for lathe: everything kept, with its type."""

from typing import Any, cast

import mcp_types as types

_MOST_PROBLEMS = 100
_MOST_TEXTS = 64
"""Texts beside structured content that are passed on: of a long list some SDKs make one of each."""
_LEFT_OUT = "lathe/texts_left_out"


def plain(value: Any) -> dict[str, Any]:
    """Return a value of the protocol in the protocol's own form, without what is absent."""
    return value.model_dump(by_alias=True, mode="json", exclude_none=True)


def call_result(result: types.CallToolResult) -> dict[str, Any]:
    """Return {"is_error", "structured"?, "content": [...]}; each content as the protocol writes it.

    Images, audio and blobs stay base64 with their media type, links stay links. What `shorten`
    left out is counted in `texts_left_out`.
    """
    answer: dict[str, Any] = {
        "is_error": result.is_error,
        "content": [plain(each) for each in result.content],
    }
    if "structured_content" in result.model_fields_set and result.structured_content is not None:
        answer["structured"] = result.structured_content
    if result.meta and isinstance(count := result.meta.get(_LEFT_OUT), int):
        answer["texts_left_out"] = count
    return answer


def shorten(result: dict[str, Any]) -> None:
    """Leave out of a message's result most of the texts that repeat its structured content.

    The SDK makes an object of each of them, which takes it seconds for a long list.
    """
    content: object = result.get("content")
    if (
        not result.get("structuredContent")
        or result.get("isError")
        or not isinstance(content, list)
    ):
        return
    kept = _with_few_texts(cast("list[Any]", content))
    left_out = len(cast("list[Any]", content)) - len(kept)
    if left_out:
        result["content"] = kept
        result["_meta"] = {**(result.get("_meta") or {}), _LEFT_OUT: left_out}


def _with_few_texts(content: list[Any]) -> list[Any]:
    kept: list[Any] = []
    texts = 0
    for each in content:
        is_text = isinstance(each, dict) and cast("dict[str, Any]", each).get("type") == "text"
        texts += is_text
        if not is_text or texts <= _MOST_TEXTS:
            kept.append(each)
    return kept


def listing(tools: list[types.Tool]) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Return the tools as the server defined them, and what is wrong with some.

    Of two tools with one name the first is kept.
    """
    kept: dict[str, dict[str, Any]] = {}
    problems: list[dict[str, str]] = []
    for tool in tools:
        if tool.name in kept:
            problems.append(
                {"tool": tool.name, "reason": "a second tool has this name: it is left out"}
            )
            continue
        if not 1 <= len(tool.name) <= 128 or not tool.name.isprintable():
            problems.append(
                {
                    "tool": tool.name[:128],
                    "reason": "not a name of 1 to 128 characters: it is left out",
                }
            )
            continue
        kept[tool.name] = plain(tool)
    if len(problems) > _MOST_PROBLEMS:
        rest = len(problems) - _MOST_PROBLEMS
        problems[_MOST_PROBLEMS:] = [{"tool": "", "reason": f"{rest} more problems"}]
    return list(kept.values()), problems
