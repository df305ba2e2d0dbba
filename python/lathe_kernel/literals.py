"""Values as Python literals, laid out as `ruff format` would."""

import json
from collections.abc import Iterable
from typing import Any, cast

_WIDTH = 100
_INDENT = 4


def assignment(name: str, value: object) -> str:
    """Return `name = literal`, over several lines where one is too long."""
    return f"{name} = {literal(value, room=_WIDTH - len(name) - 3)}"


def is_literal(value: object, depth: int = 0) -> bool:
    """Tell whether a value can be written as a literal and read back as it was."""
    if depth > 8:
        return False
    if value is None or type(value) in (str, bytes, bool, int):
        return True
    if type(value) is float:
        return value - value == 0  # Neither NaN nor infinite: those have no literal.
    if type(value) in (list, tuple, set):
        members = cast("list[object]", value)
        return (type(value) is not set or bool(members)) and _all(members, depth)
    if type(value) is dict:
        mapping = cast("dict[object, object]", value)
        return _all(mapping, depth) and _all(mapping.values(), depth)
    return False


def literal(value: object, *, room: int = _WIDTH, indent: int = 0) -> str:
    """Return the literal of a value for which `is_literal` holds."""
    flat = _flat(value)
    brackets = _BRACKETS.get(type(value))
    if len(flat) <= room or brackets is None or flat in ("[]", "()", "{}"):
        return flat
    inner = indent + _INDENT
    pad = " " * inner
    if isinstance(value, dict):
        pairs = [(f"{_flat(k)}: ", v) for k, v in cast("dict[object, object]", value).items()]
    else:
        pairs = [("", member) for member in _ordered(value)]
    lines = [
        f"{pad}{key}{literal(member, room=_WIDTH - inner - len(key) - 1, indent=inner)},"
        for key, member in pairs
    ]
    return "\n".join([brackets[0], *lines, " " * indent + brackets[1]])


_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    dict: ("{", "}"),
}


def _flat(value: Any) -> str:
    if type(value) is str:
        return _text(value)
    if type(value) is dict:
        mapping = cast("dict[object, object]", value)
        return "{" + ", ".join(f"{_flat(k)}: {_flat(v)}" for k, v in mapping.items()) + "}"
    if type(value) in _BRACKETS:
        members = [_flat(member) for member in _ordered(value)]
        opening, closing = _BRACKETS[type(value)]
        comma = "," if type(value) is tuple and len(members) == 1 else ""
        return opening + ", ".join(members) + comma + closing
    if type(value) is float:
        return repr(value).replace("e+", "e")
    if type(value) is bytes and b'"' not in value and b"'" not in value:
        return f'b"{repr(value)[2:-1]}"'
    return repr(value)


def _ordered(value: Any) -> list[object]:
    # A set has no order of its own: the same set has to give the same source.
    members: list[object] = list(value)
    return sorted(members, key=repr) if type(value) is set else members


def _text(text: str) -> str:
    if not text.isprintable() or ('"' in text and "'" not in text):
        return repr(text)
    return json.dumps(text, ensure_ascii=False)


def _all(members: Iterable[object], depth: int) -> bool:
    return all(is_literal(member, depth + 1) for member in members)
