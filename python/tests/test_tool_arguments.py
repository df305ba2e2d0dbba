"""What is taken for a schema without a look at the schema of schemas is one."""

import itertools
from typing import Any

import pytest
from jsonschema import SchemaError
from jsonschema.validators import validator_for

from lathe_tools.arguments import SchemaChecks, is_plain

_VALUES: list[Any] = [
    *["string", "object", "thing", "", None, True, False, 5, -1.5, [], {}],
    *[["a"], ["a", "a"], ["a", 1], [["a"]], {"a": {}}, {"a": {"type": "array"}}, {"a": 5}],
    *[{"type": "string"}, {"type": 5}, {"items": {"type": "number"}}, {"required": "a"}],
    *[{"a": {"properties": {"b": {"enum": ["c"]}}}}, {"a": {"properties": {"b": {"type": "c"}}}}],
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-04/schema#",
]
_KEYS = [
    *["type", "title", "description", "$schema", "properties", "items", "additionalProperties"],
    *["required", "default", "enum", "pattern", "minimum", "$ref", "allOf", "x-own"],
]


def _is_one(schema: dict[str, Any]) -> bool:
    try:
        validator_for(schema).check_schema(schema)
    except SchemaError:
        return False
    return True


@pytest.mark.parametrize("beside", [{}, {"$schema": _VALUES[-3]}, {"$schema": _VALUES[-2]}])
def test_what_is_plain_is_a_schema(beside: dict[str, Any]) -> None:
    plain = 0
    for key, value in itertools.product(_KEYS, _VALUES):
        schema = {**beside, key: value}
        if is_plain(schema):
            plain += 1
            assert _is_one(schema), schema
    # Most forms that are schemas by these keywords alone are taken for such.
    assert plain > 40


def test_what_is_not_plain_is_looked_at() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"properties": {"a": deep}}
    assert not is_plain(deep)
    schemas = {
        "deep": deep,
        "good": {"minimum": 1},
        "bad": {"minimum": "one"},
        "worse": {"type": 5},
    }
    tools = [{"name": name, "inputSchema": schema} for name, schema in schemas.items()]
    told = SchemaChecks().take(tools)
    assert [one["tool"] for one in told] == ["deep", "bad", "worse"]
    assert told[0]["reason"].endswith("it is nested too deeply")
