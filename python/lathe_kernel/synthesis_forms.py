"""The form of a synthesis, as a JSON Schema."""

from typing import Any

Schema = dict[str, Any]


def _object(optional: Schema | None = None, /, **members: Schema) -> Schema:
    return {
        "type": "object",
        "properties": members | (optional or {}),
        "required": list(members),
    }


_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_VALUE: Schema = {"anyOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string"}]}
_CELL: Schema = {"type": "integer", "description": "the cell of the source that has it"}
_SOURCES: Schema = {"type": "array", "items": _object({"cell": _CELL}, source=_TEXT)}
_EVIDENCE: Schema = {
    "type": "array",
    "items": _object(what=_TEXT, value=_VALUE, cell={"type": "integer"}),
}
_CLAIM = _object({"evidence": _EVIDENCE}, claim=_TEXT, sources=_SOURCES)
_SIDE = _object({"evidence": _EVIDENCE}, position=_TEXT, sources=_SOURCES)
_CONFLICT = _object(about=_TEXT, sides={"type": "array", "items": _SIDE}, weighs=_TEXT)


def synthesis(answer: Schema | None) -> Schema:
    """Return the schema of a synthesis whose answer fits `answer`; a text without one."""
    return _object(
        answer=answer or _TEXT,
        claims={"type": "array", "items": _CLAIM},
        conflicts={"type": "array", "items": _CONFLICT},
        open=_TEXTS,
    )
