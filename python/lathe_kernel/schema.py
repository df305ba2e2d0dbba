"""What `returns=` accepts, as the subset of JSON Schema that the protocol names."""

import dataclasses
import datetime
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union, cast, get_args, get_origin, is_typeddict

from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.plain import plain
from lathe_kernel.results import KINDS, Array, Table

Schema = dict[str, Any]

_NAMED = {"object", "array", "string", "integer", "number", "boolean", "null", *KINDS}
_KEYWORDS = frozenset(
    {
        "type",
        "properties",
        "required",
        "items",
        "enum",
        "anyOf",
        "minimum",
        "maximum",
        "description",
        "additionalProperties",
    }
)
# Keywords that say nothing a check needs; dropped so that a schema written elsewhere is accepted.
_ANNOTATIONS = frozenset({"title", "$schema", "default", "examples", "format"})
_SCALARS: dict[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    dict: {"type": "object"},
    list: {"type": "array"},
    tuple: {"type": "array"},
    set: {"type": "array"},
    datetime.date: {"type": "string", "description": "a date, YYYY-MM-DD"},
    datetime.datetime: {"type": "string", "description": "a date and time, ISO 8601"},
    Table: {"type": "table", "description": "a DataFrame or an Arrow table, given as it is"},
    Array: {"type": "ndarray", "description": "a numpy array, given as it is"},
    Any: {},
    object: {},
}
_WORDS = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "None": "null",
    "dict": "object",
    "list": "array",
} | {name: name for name in _NAMED}


def schema_of(returns: object) -> Schema | None:
    """Return the JSON Schema for Python types, nested examples of types, or a schema itself.

    None stays None: anything may be returned.

    Raises:
        LatheError: `returns` cannot be understood; the reason names what can.
    """
    if returns is None:
        return None
    try:
        return _schema(returns)
    except RecursionError:
        raise invalid("`returns` refers to itself; describe a few levels by hand.") from None


def _schema(returns: Any) -> Schema:
    if isinstance(returns, dict):
        mapping = cast("dict[object, object]", returns)
        return _checked(mapping) if is_schema(mapping) else _object(mapping)
    if isinstance(returns, list):
        members = cast("list[object]", returns)
        if len(members) != 1:
            raise invalid("a list in `returns` holds the one type of its items, such as [str].")
        return {"type": "array", "items": _schema(members[0])}
    if isinstance(returns, str):
        word = _WORDS.get(returns.strip())
        return {"type": word} if word else {"description": returns}
    try:
        if returns in _SCALARS:
            return dict(_SCALARS[returns])
    except TypeError:
        pass
    return _generic(returns)


def _generic(returns: Any) -> Schema:
    origin, arguments = get_origin(returns), get_args(returns)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(one) for one in arguments]}
    if origin is Literal:
        return {"enum": [plain(one) for one in arguments]}
    if origin in (typing.Annotated, typing.Required, typing.NotRequired, typing.Final):
        return _schema(arguments[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
        members = [one for one in arguments if one is not Ellipsis]
        items = (
            _schema(members[0]) if len(members) == 1 else {"anyOf": [_schema(m) for m in members]}
        )
        return {"type": "array", "items": items}
    if is_typeddict(returns):
        required = sorted(returns.__required_keys__, key=list(returns.__annotations__).index)
        return _properties(_hints(returns), required)
    if dataclasses.is_dataclass(returns):
        hints = _hints(returns)
        fields = dataclasses.fields(returns)
        missing = dataclasses.MISSING
        required = [f.name for f in fields if f.default is missing and f.default_factory is missing]
        return _properties({f.name: hints[f.name] for f in fields}, required)
    raise invalid(
        f"`returns` cannot hold {returns!r:.80}; use str, int, float, bool, list[…], dict[str, …], "
        "lathe.Table, lathe.Array, Literal, a TypedDict, a dataclass, "
        '{"name": type} or a JSON Schema.'
    )


def is_schema(value: Mapping[object, object], *, nested: bool = False) -> bool:
    """Tell a JSON Schema from a dict that maps names to types; `nested`, it is inside a schema."""
    kind = value.get("type")
    known = all(key in _KEYWORDS | _ANNOTATIONS for key in value)
    if not value:
        return True
    if isinstance(kind, str):
        # Beside these two an unknown keyword is a mistake; beside the others it may be a name.
        return kind in ("object", "array") or (kind in _NAMED and (known or nested))
    if isinstance(kind, list):
        return all(one in _NAMED for one in cast("list[object]", kind)) and known
    shaped = isinstance(value.get("properties"), dict) or isinstance(value.get("anyOf"), list)
    return known and (shaped or isinstance(value.get("enum"), list))


def _object(value: Mapping[object, object]) -> Schema:
    for name in value:
        if not isinstance(name, str):
            raise invalid(f"the names in `returns` are text, not {name!r:.80}.")
    names = cast("Mapping[str, object]", value)
    return _properties(names, list(names))


def _properties(members: Mapping[str, object], required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": {name: _schema(kind) for name, kind in members.items()},
        "required": required,
    }


def _hints(kind: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(kind)
    except (NameError, TypeError) as error:
        raise invalid(f"the type hints of {kind.__name__} cannot be resolved: {error}") from None


def _checked(schema: Mapping[object, object]) -> Schema:
    """Return a schema written by hand, refusing keywords that nobody would check."""
    result: Schema = {}
    for key, value in schema.items():
        if key in _ANNOTATIONS:
            continue
        if key not in _KEYWORDS:
            raise invalid(
                f"`{key}` is not understood in a schema; use {', '.join(sorted(_KEYWORDS))}."
            )
        result[str(key)] = _checked_keyword(str(key), value)
    kind = result.get("type")
    if isinstance(kind, list):
        rest = {key: value for key, value in result.items() if key != "type"}
        return {"anyOf": [{"type": one, **rest} for one in cast("list[str]", kind)]}
    return result


def _checked_keyword(key: str, value: Any) -> Any:
    if key == "properties":
        return {str(name): _checked_member(member) for name, member in value.items()}
    if key == "items" or (key == "additionalProperties" and value not in (True, False)):
        return _checked_member(value)
    if key == "anyOf":
        return [_checked_member(member) for member in cast("list[object]", value)]
    return plain(value)


def _checked_member(member: object) -> Schema:
    try:
        if isinstance(member, dict):
            mapping = cast("dict[object, object]", member)
            return _checked(mapping) if is_schema(mapping, nested=True) else _object(mapping)
        return _schema(member)
    except LatheError as error:
        raise invalid(f"in a schema: {error.reason}") from None
