import dataclasses
from typing import Any, Literal, NotRequired, Optional, TypedDict

import pytest

from lathe_kernel.errors import LatheError
from lathe_kernel.schema import schema_of


class Cause(TypedDict):
    name: str
    share: NotRequired[float]


@dataclasses.dataclass
class Finding:
    carrier: str
    causes: list[Cause]
    note: str | None = None


_CAUSE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "share": {"type": "number"}},
    "required": ["name"],
}


@pytest.mark.parametrize(
    ("returns", "schema"),
    [
        (None, None),
        (str, {"type": "string"}),
        (Any, {}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (dict[str, float], {"type": "object", "additionalProperties": {"type": "number"}}),
        (Optional[int], {"anyOf": [{"type": "integer"}, {"type": "null"}]}),  # noqa: UP045
        (Literal["a", 2], {"enum": ["a", 2]}),
        (Cause, _CAUSE),
        (
            Finding,
            {
                "type": "object",
                "properties": {
                    "carrier": {"type": "string"},
                    "causes": {"type": "array", "items": _CAUSE},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
                "required": ["carrier", "causes"],
            },
        ),
        (
            {"worst": str, "hours": [int], "why": "the main reason", "rate": "float"},
            {
                "type": "object",
                "properties": {
                    "worst": {"type": "string"},
                    "hours": {"type": "array", "items": {"type": "integer"}},
                    "why": {"description": "the main reason"},
                    "rate": {"type": "number"},
                },
                "required": ["worst", "hours", "why", "rate"],
            },
        ),
        # A member called `type` does not make a dict a schema.
        (
            {"type": str, "items": [str]},
            {
                "type": "object",
                "properties": {
                    "type": {"type": "string"},
                    "items": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["type", "items"],
            },
        ),
        (
            {"type": "object", "title": "T", "properties": {"a": {"type": ["string", "null"]}}},
            {
                "type": "object",
                "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
            },
        ),
        ({"enum": [1, 2]}, {"enum": [1, 2]}),
    ],
)
def test_returns_become_schemas(returns: object, schema: object) -> None:
    assert schema_of(returns) == schema


@pytest.mark.parametrize(
    ("returns", "said"),
    [
        ([str, int], "the one type"),
        (3, "cannot hold 3"),
        ({1: str}, "text"),
        (open, "JSON Schema"),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}}, "pattern"),
    ],
)
def test_what_cannot_be_understood_is_refused(returns: object, said: str) -> None:
    with pytest.raises(LatheError, match=said):
        schema_of(returns)
