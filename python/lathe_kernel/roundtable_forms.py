"""The forms of what is said at a roundtable, as JSON Schemas."""

from typing import Any

from lathe_kernel.roundtable_record import Kind

Schema = dict[str, Any]


def _object(optional: Schema | None = None, /, **members: Schema) -> Schema:
    return {
        "type": "object",
        "properties": members | (optional or {}),
        "required": list(members),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _text(description: str = "") -> Schema:
    return {"type": "string"} | ({"description": description} if description else {})


_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_VALUE: Schema = {"anyOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string"}]}
_EVIDENCE = _list(_object(what=_text(), value=_VALUE, cell={"type": "integer"}))
_CLAIM = _object(
    claim=_text(),
    evidence=_EVIDENCE,
    confidence=_SHARE,
    would_change=_text("what would change your mind"),
)
_CHALLENGE = _object(
    of=_text("the id of another expert's claim"),
    challenge=_text(),
    verdict={"enum": ["refutes", "weakens", "confirms"]},
    evidence=_EVIDENCE,
)
_OWN = _object(
    claim=_text("the id of your own claim"), now={"enum": ["hold", "concede"]}, why=_text()
)
_MISSING = _object(perspective=_text(), why=_text())

_EXPERT = _object(
    name=_text("two or three words, unlike the others'"),
    perspective=_text("what it knows and looks at"),
    stance=_text("what it holds against the obvious answer"),
    analysis=_text("the analysis of this data that it demands"),
    thinking=_text("its way of thinking"),
    opposes=_list(_text("the name of another expert whose stance this one contradicts")),
)

CONVENED = _object(
    obvious=_text("the answer that most would give at first"), experts=_list(_EXPERT)
)

DECIDED = _object({"expert": _EXPERT}, seat={"type": "boolean"}, reason=_text())

SYNTHESIS = _object(
    consensus=_list(_object(statement=_text(), claims=_list(_text("the id of a claim")))),
    dissent=_list(
        _object(
            question=_text("what is disputed"),
            sides=_list(
                _object(
                    seats=_list(_text("the letter of a seat")),
                    position=_text(),
                    claims=_list(_text("the id of a claim or challenge of these seats")),
                )
            ),
            why=_text("why they differ"),
            settle=_text("what evidence would settle it"),
        )
    ),
)

SAID: dict[Kind, Schema] = {
    "findings": _object({"missing": _MISSING}, claims=_list(_CLAIM)),
    "examination": _object(
        {"missing": _MISSING, "claims": _list(_CLAIM)},
        challenges=_list(_CHALLENGE),
        own=_list(_OWN),
    ),
    "position": _object(
        {"challenges": _list(_CHALLENGE)},
        position=_text(),
        confidence=_SHARE,
        would_change=_text("what would change your mind"),
        own=_list(_OWN),
    ),
}
