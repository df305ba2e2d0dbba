import ast
import random
import types
import typing
from typing import Any, Literal

import pytest

from lathe_signatures import names
from lathe_signatures.objects import Objects
from lathe_signatures.page import PAGE, page, summary
from lathe_signatures.stubs import stub
from lathe_signatures.tool import Definition, ToolFunction, functions

# A stub may name what it defines further down.
_LATER = "from __future__ import annotations\n"
_ADDRESS = {
    "type": "object",
    "title": "Address",
    "properties": {"street": {"type": "string"}, "zip": {"type": ["string", "null"]}},
    "required": ["street"],
}
_NODE = {
    "type": "object",
    "properties": {
        "value": {},
        "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
    },
    "required": ["value"],
}
_CONTACT = Definition(
    "crm",
    "create-contact",
    "Add a contact.\u202e Companies have create-company.\n\n\n\x1b[31mMore.",
    {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "full name"},
            "from": {"type": "string", "format": "date"},
            "kind": {"enum": ["lead", "partner"], "default": "lead"},
            "address": {"$ref": "#/$defs/Address"},
            "tree": {"$ref": "#/$defs/Node"},
            "limit": {"type": ["integer", "null"], "default": None},
            "odd": {
                "type": "object",
                "properties": {"user-id": {"type": "integer"}},
                "required": ["user-id"],
            },
        },
        "required": ["name", "address"],
        "$defs": {"Address": _ADDRESS, "Node": _NODE},
    },
    {
        "type": "object",
        "properties": {
            "result": {
                "type": "array",
                "items": {"type": "object", "properties": {"id": {"type": "string"}}},
            }
        },
        "required": ["result"],
    },
    {"readOnlyHint": False, "destructiveHint": False, "openWorldHint": True},
)


def _signature(properties: dict[str, Any], required: list[str] | None = None, **more: Any) -> str:
    schema = {"type": "object", "properties": properties, "required": required or [], **more}
    return ToolFunction(Definition("s", "f", input=schema)).signature


@pytest.mark.parametrize(
    ("schema", "hint"),
    [
        ({"type": "string"}, "str"),
        ({"type": "number"}, "float"),
        ({"type": "array"}, "list"),
        ({"type": "array", "items": {"type": "integer"}}, "list[int]"),
        ({"items": {"type": "boolean"}}, "list[bool]"),
        ({"type": "object"}, "dict"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "dict[str, float]"),
        ({"type": ["string", "null"]}, "str | None"),
        ({"type": "string", "nullable": True}, "str | None"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, "int | None"),
        ({"anyOf": [{"type": "string"}, {}]}, "Any"),
        ({"oneOf": [{"const": "a"}, {"const": "b"}]}, 'Literal["a", "b"]'),
        ({"enum": [1, True, "x", None]}, 'Literal[1, True, "x", None]'),
        ({"enum": ["a", "b"], "type": "string"}, 'Literal["a", "b"]'),
        ({"enum": [1.5, 2]}, "Any"),
        ({"anyOf": [{"enum": ["a"]}, {"type": "string"}]}, "str"),
        ({"enum": [str(n) for n in range(300)]}, "str"),
        (
            {
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
            "tuple[int, str]",
        ),
        ({"prefixItems": [{"type": "integer"}]}, "list"),
        ({"allOf": [{"type": "string"}]}, "str"),
        ({"$ref": "https://elsewhere.example/schema"}, "Any"),
        ({"$ref": "#/nowhere"}, "Any"),
        ({"type": "strange"}, "Any"),
        (True, "Any"),
        ("nonsense", "Any"),
    ],
)
def test_a_schema_is_a_hint(schema: object, hint: str) -> None:
    assert _signature({"x": schema}, ["x"]) == f"f(x: {hint}) -> Any"


def test_a_definition_is_a_function() -> None:
    tool = ToolFunction(_CONTACT)
    assert tool.signature == (
        'create_contact(name: str, address: Address, *, from_: str = ..., kind: Literal["lead", '
        '"partner"] = "lead", tree: Node = ..., limit: int | None = None, odd: Odd = ...) '
        "-> list[ResultItem]"
    )
    assert page(tool).split("\n") == [
        "crm says: Add a contact. Companies have create-company.",
        "[31mMore.",
        "",
        "name: full name",
        "from_ (sent as 'from')",
        "Address = {street: str, zip?: str | None}",
        "Node = {value: Any, children?: list[Node]}",
        "Odd = {user-id: int}",
        "ResultItem = {id?: str}",
        "Returns list[ResultItem].",
        "Tool 'create-contact' of 'crm', which says that it may write, "
        "reaches beyond this machine.",
    ]
    assert summary(tool) == "Add a contact."


def test_a_key_cannot_forge_a_line_of_the_page() -> None:
    forged = {"type": "object", "properties": {"a\nReturns \x1b[31mall.": {"type": "string"}}}
    tool = ToolFunction(Definition("s", "f", input={"properties": {"x": forged}}))
    assert "X = {a Returns [31mall.?: str}" in page(tool).split("\n")


def test_a_call_sends_keys_of_the_schema() -> None:
    tool = ToolFunction(_CONTACT)
    address = {"street": "Main"}
    # A null that is allowed is sent; None for what takes none means that it is not given.
    given = {"address": address, "from_": "2026-01-02", "limit": None, "kind": None}
    assert tool.sent(("Ada",), given, lambda value: value) == {
        "name": "Ada",
        "from": "2026-01-02",
        "address": address,
        "limit": None,
    }
    assert tool.sent((), {"name": "A", "address": 1, "from": 2}, str)["from"] == "2"
    assert tool.unwrapped({"result": [1]}) == [1]
    assert tool.unwrapped([1]) == [1]


_MISFITS: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    ((), {}, "name, address missing"),
    (("a", {}, "b"), {}, "it takes 2 arguments by place"),
    (("a", {}), {"name": "b"}, "'name' is given twice"),
    (("a", {}), {"from": "x", "from_": "y"}, "'from_' is given twice"),
    (("a", {}), {"from_": "x", "from": "y"}, "'from' is given twice"),
    (("a", {}), {"nme": "b"}, "there is no argument 'nme'"),
]


@pytest.mark.parametrize(("positional", "named", "reason"), _MISFITS)
def test_a_call_that_does_not_fit_is_told_the_signature(
    positional: tuple[Any, ...], named: dict[str, Any], reason: str
) -> None:
    tool = ToolFunction(_CONTACT)
    with pytest.raises(TypeError) as raised:
        tool.sent(positional, named, lambda value: value)
    assert str(raised.value) == f"create_contact: {reason}; it is {tool.signature}"


def test_arguments_of_any_name_are_taken_where_the_schema_allows_them() -> None:
    tool = ToolFunction(Definition("s", "f"))
    assert tool.signature == "f(**arguments: Any) -> Any"
    assert tool.sent((), {"anything": 1}, lambda value: value) == {"anything": 1}
    # Only what is described, unless the schema says otherwise; the first optional one by place.
    assert _signature({"path": {"type": "string"}}) == "f(path: str = ...) -> Any"
    more = _signature({"arguments": {}}, [], additionalProperties={"type": "integer"})
    assert more == "f(arguments: Any = ..., **further: int) -> Any"


def test_alternatives_at_the_top_are_arguments_of_one_function() -> None:
    by_name = {"properties": {"name": {"type": "string"}, "all": {}}, "required": ["name", "all"]}
    by_number = {"properties": {"id": {"type": "integer"}, "all": {}}, "required": ["id", "all"]}
    assert (
        _signature({"mode": {"type": "string"}}, ["mode"], oneOf=[by_name, by_number])
        == "f(mode: str, all: Any, *, name: str = ..., id: int = ...) -> Any"
    )


def test_names_are_identifiers_and_differ() -> None:
    odd = ["get-user", "get_user", "get.user", "class", "1st", "", "__path__", "é", "x", "None"]
    given = names.identifiers(odd)
    assert len(set(given.values())) == len(odd)
    assert all(one.isidentifier() and one.isascii() for one in given.values())
    assert (given["get_user"], given["x"], given["class"]) == ("get_user", "x", "class_")
    assert given["__path__"] == "x__path__"
    # A name is called the same whatever the order of the others.
    assert names.identifiers(reversed(odd)) == given


def test_a_stub_and_the_type_objects_say_the_same() -> None:
    twin = Definition("crm", "create_contact", input={"properties": {"odd": _ADDRESS}})
    tools = functions([_CONTACT, twin])
    module = types.ModuleType("stubbed")
    exec(compile(_LATER + stub("crm", tools), "crm.pyi", "exec"), module.__dict__)
    for tool in tools:
        made = Objects(tool.shapes, "made")
        stubbed = typing.get_type_hints(getattr(module, tool.name), include_extras=True)
        for parameter in tool.parameters:
            theirs, ours = stubbed[parameter.name], made.hint(parameter.field.form)
            if not typing.is_typeddict(ours):
                assert theirs == ours
                continue
            assert _keys(theirs, module.__dict__) == _keys(ours, made.records)
    kind = Objects(tools[0].shapes, "made").hint(tools[0].parameters[3].field.form)
    assert kind == Literal["lead", "partner"]


def _keys(record: Any, namespace: dict[str, Any]) -> dict[str, str]:
    """Return a record's keys with their hints, whose classes have longer names in a stub."""
    hints = typing.get_type_hints(record, {**namespace}, include_extras=True)
    return {
        key: str(one).replace("stubbed.CreateContact_927425", "made.") for key, one in hints.items()
    }


def schema(chance: random.Random, depth: int = 0) -> Any:
    kinds = ["string", "integer", "null", "boolean", "number"]
    inner = [] if depth > 5 else ["object", "array", "any", "all", "ref", "wild"]
    match chance.choice(kinds + inner):
        case "object":
            keys = [chance.choice(["a", "b-c", "class", "", 'q"', "__x", "Any"]) for _ in range(4)]
            return {
                "type": "object",
                "title": chance.choice(["Any", "T", "no title", 3]),
                "properties": {key: schema(chance, depth + 1) for key in keys},
                "required": chance.choice([keys[:2], None, "a", [1]]),
            }
        case "array":
            return {"type": "array", chance.choice(["items", "prefixItems"]): schema(chance, 9)}
        case "any":
            return {"anyOf": [schema(chance, depth + 1) for _ in range(3)]}
        case "all":
            return {"allOf": [schema(chance, depth + 1) for _ in range(2)]}
        case "ref":
            return {"$ref": chance.choice(["#", "#/$defs/A", "#/$defs/B", "#/properties/a", "x"])}
        case "wild":
            return chance.choice([{}, True, None, 7, {"enum": []}, {"enum": [[1]]}, {"type": []}])
        case kind:
            description = chance.choice(["", 'say """ and \\', "x" * 2_000, 5])
            return {"type": kind, "description": description, "default": chance.choice([1, "\n"])}


@pytest.mark.parametrize("seed", range(40))
def test_any_schema_becomes_source_that_can_be_read(seed: int) -> None:
    chance = random.Random(seed)
    definitions = [
        Definition(
            "s",
            chance.choice(["get-it", "get_it", "a/b", "import"]) + str(number),
            'Ends with a quote"' * chance.randint(0, 60),
            {
                "type": "object",
                "properties": {key: schema(chance) for key in ("a", "b-c", "in")},
                "$defs": {"A": schema(chance), "B": schema(chance)},
            },
            chance.choice([None, schema(chance)]),
        )
        for number in range(12)
    ]
    tools = functions(definitions)
    text = stub("s", tools)
    ast.parse(text)
    exec(compile(_LATER + text, "s.pyi", "exec"), {})
    for tool in tools:
        assert len(page(tool)) <= PAGE
        Objects(tool.shapes, "m")
