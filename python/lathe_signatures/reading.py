"""A JSON Schema read as Python types. It is the words of a server: nothing in it is trusted.

Follows JSON Schema 2020-12 (https://json-schema.org/draft/2020-12) as far as types can say it, with
`definitions`, `items` lists and `nullable` of older drafts and OpenAPI. What types cannot say
(patterns, ranges, conditions) is left to the check of the arguments before they are sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from lathe_signatures import names
from lathe_signatures.forms import (
    ANY,
    NONE,
    Choice,
    Field,
    Form,
    Items,
    Named,
    Plain,
    Record,
    Row,
    Shapes,
    Values,
    either,
)

Schema = Mapping[str, Any]

_DEPTH = 10
_RECORDS = 64
_FIELDS = 256
_MEMBERS = 24
_CHOICES = 256
_STEPS = 4_000
# What hints are written with.
_TAKEN = ("Any", "Literal", "NotRequired", "TypedDict")
_TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "array": "list",
    "object": "dict",
}


@dataclass
class _Open:
    """A schema that is being read; what is inside of it may refer back to it."""

    properties: object
    record: str | None = None


class Reader:
    """Reads one schema; records of all its parts go into `shapes`."""

    def __init__(self, root: object, shapes: Shapes) -> None:
        """Read parts of `root`, to which its references refer."""
        self._root = _mapping(root)
        self._shapes = shapes
        self._seen: dict[str, Form] = {}
        self._open: dict[str, _Open] = {}
        self._steps = _STEPS

    def arguments(self) -> tuple[tuple[Field, ...], Form | None]:
        """Return the keys of the root, which is an object, and the form of further ones, if any.

        Where alternatives are offered at the top, the keys of all are there, and required are
        those that each requires.
        """
        merged = self._merged(self._root)
        return self._fields(merged, "", 1), self._further(merged, "")

    def result(self) -> Form:
        """Return the form of the root."""
        return self.form(self._root, "Result", 0)

    def form(self, schema: object, name: str, depth: int) -> Form:
        """Return the form of one schema; Any where it is too deep, too large or not understood."""
        self._steps -= 1
        if depth > _DEPTH or self._steps < 0:
            self._leave_out("parts that are nested too deeply or too many")
            return ANY
        here = _mapping(schema)
        if "$ref" in here:
            return self._referred(str(here["$ref"]), name, depth)
        if "allOf" in here:
            here = self._merged(here)
        form = self._bare(here, name, depth)
        return either([form, NONE]) if here.get("nullable") is True else form

    # MARK: Kinds of schemas

    def _bare(self, here: Schema, name: str, depth: int) -> Form:
        if "const" in here:
            return self._choice([here["const"]])
        if _list(here.get("enum")):
            return self._choice(_list(here["enum"]))
        for word in ("anyOf", "oneOf"):
            members = _list(here.get(word))
            if members:
                return self._alternatives(here, members, name, depth)
        kinds = here.get("type")
        if isinstance(kinds, list):
            each = [{**here, "type": one} for one in _list(here["type"])]
            return either([self._typed(one, name, depth) for one in each])
        return self._typed(here, name, depth)

    def _typed(self, here: Schema, name: str, depth: int) -> Form:
        kind = here.get("type")
        if kind is None:
            listed = "items" in here or "prefixItems" in here
            kind = "object" if "properties" in here else "array" if listed else None
        if kind == "object":
            return self._object(here, name, depth)
        if kind == "array":
            return self._array(here, name, depth)
        word = _TYPES.get(kind) if isinstance(kind, str) else None
        return ANY if word is None else Plain(word)

    def _choice(self, values: list[Any]) -> Form:
        scalars = [one for one in values if one is None or isinstance(one, str | int)]
        if len(scalars) < len(values) or not scalars:
            return ANY
        if len(scalars) > _CHOICES:
            self._leave_out(f"which of {len(scalars)} values are allowed")
            return either(list(Choice(tuple(scalars)).kinds))
        return either([Choice(tuple(scalars))])

    def _alternatives(self, here: Schema, members: list[Any], name: str, depth: int) -> Form:
        if len(members) > _MEMBERS:
            self._leave_out(f"which of {len(members)} forms are allowed")
            return ANY
        # What stands beside the alternatives holds for each of them.
        rest = {key: here[key] for key in ("properties", "required", "type") if key in here}
        forms: list[Form] = []
        for number, member in enumerate(members, 1):
            whole = _both(rest, _mapping(member)) if "properties" in rest else member
            title = name if len(members) == 1 else f"{name}{number}"
            forms.append(self.form(whole, title, depth + 1))
        return either(forms)

    def _array(self, here: Schema, name: str, depth: int) -> Form:
        row = _list(here.get("prefixItems")) or _list(here.get("items"))
        if row:
            if len(row) > _MEMBERS or not _is_closed(here, row):
                return Plain("list")
            forms = [self.form(one, f"{name}{n}", depth + 1) for n, one in enumerate(row, 1)]
            return Row(tuple(forms))
        if "items" not in here or here["items"] is True:
            return Plain("list")
        member = self.form(here["items"], f"{name}Item", depth + 1)
        return Plain("list") if member == ANY else Items(member)

    def _object(self, here: Schema, name: str, depth: int) -> Form:
        if not _mapping(here.get("properties")):
            further = self._further(here, name, depth)
            return Plain("dict") if further is None or further == ANY else Values(further)
        if len(self._shapes.records) >= _RECORDS:
            self._leave_out(f"the keys of objects beyond {_RECORDS}")
            return Plain("dict")
        record = self._record(here, name)
        for open_one in self._open.values():
            if open_one.properties is here["properties"]:
                open_one.record = record.name
        record.fields = self._fields(here, record.name, depth + 1)
        return Named(record.name)

    # MARK: Objects

    def _record(self, here: Schema, name: str) -> Record:
        title = here.get("title")
        wish = names.class_name(title) if isinstance(title, str) and title.isidentifier() else name
        taken = {*self._shapes.records, *_TAKEN}
        number = next(n for n in range(1, len(taken) + 2) if _numbered(wish, n) not in taken)
        record = Record(_numbered(wish, number), description=_text(here.get("description")))
        self._shapes.records[record.name] = record
        return record

    def _fields(self, here: Schema, name: str, depth: int) -> tuple[Field, ...]:
        properties = _mapping(here.get("properties"))
        if len(properties) > _FIELDS:
            self._leave_out(f"{len(properties) - _FIELDS} of {len(properties)} keys")
        required = list(dict.fromkeys(k for k in _list(here.get("required")) if isinstance(k, str)))
        found: list[Field] = []
        # Members of a JSON object have no order; what is required has one.
        known = [key for key in required if key in properties]
        ordered = [*known, *(key for key in properties if key not in required)]
        for key in ordered[:_FIELDS]:
            schema = properties[key]
            said = _mapping(schema)
            title = names.class_name(key)
            form = self.form(schema, name if name == title else name + title, depth)
            default, text = said.get("default", ...), _text(said.get("description"))
            found.append(Field(key, form, key in required, text, default))
        # A key that is required and not described may hold anything.
        missing = [key for key in required if key not in properties][:_FIELDS]
        return (*found, *(Field(key, ANY, True) for key in missing))

    def _further(self, here: Schema, name: str, depth: int = 0) -> Form | None:
        if "additionalProperties" not in here:
            return None if _mapping(here.get("properties")) else ANY
        further = here["additionalProperties"]
        if further is False:
            return None
        return ANY if further is True else self.form(further, f"{name}Value", depth + 1)

    def _merged(self, here: Schema) -> Schema:
        merged = {key: value for key, value in here.items() if key not in ("allOf", "$ref")}
        parts = [self._target(part) for part in _list(here.get("allOf"))[:_MEMBERS]]
        if "$ref" in here:
            parts.append(self._target(here))
        for part in parts:
            merged = _both(merged, part)
        for word in ("anyOf", "oneOf"):
            offered = [self._target(one) for one in _list(here.get(word))[:_MEMBERS]]
            if here is self._root and offered:
                merged = _any_of(merged, offered)
        return merged

    # MARK: References

    def _referred(self, pointer: str, name: str, depth: int) -> Form:
        if pointer in self._seen:
            return self._seen[pointer]
        if pointer in self._open:
            known = self._open[pointer].record
            if known is None:
                self._leave_out(f"how {name} goes on within itself")
            return ANY if known is None else Named(known)
        target = self._at(pointer)
        if target is None:
            self._leave_out(f"what {pointer[:80]} refers to")
            return ANY
        self._open[pointer] = _Open(_mapping(target).get("properties"))
        form = self.form(target, names.class_name(pointer.rsplit("/", 1)[-1]), depth + 1)
        del self._open[pointer]
        self._seen[pointer] = form
        return form

    def _target(self, schema: object) -> Schema:
        """Return a schema with its own reference followed, once each."""
        here = _mapping(schema)
        followed: set[str] = set()
        while isinstance(here.get("$ref"), str) and here["$ref"] not in followed:
            followed.add(here["$ref"])
            beside = {key: value for key, value in here.items() if key != "$ref"}
            here = _both(_mapping(self._at(here["$ref"])), beside)
        return here

    def _at(self, pointer: str) -> object:
        """Return what a pointer into this schema refers to; None for anything else."""
        if not pointer.startswith("#"):
            return None
        place: object = self._root
        for step in pointer[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            place = _mapping(place).get(key)
        return place

    def _leave_out(self, what: str) -> None:
        if what not in self._shapes.unsaid:
            self._shapes.unsaid.append(what)


def _both(one: Schema, other: Schema) -> dict[str, Any]:
    """Return the schema of an object that fits both."""
    merged = {**one, **other}
    for word in ("properties", "$defs", "definitions"):
        if word in one and word in other:
            merged[word] = {**_mapping(one[word]), **_mapping(other[word])}
    if "required" in one or "required" in other:
        merged["required"] = [*_list(one.get("required")), *_list(other.get("required"))]
    return merged


def _any_of(one: Schema, offered: list[Schema]) -> dict[str, Any]:
    """Return the schema of an object that fits `one` and may fit any of those offered."""
    properties = {k: v for part in offered for k, v in _mapping(part.get("properties")).items()}
    required = [
        key
        for key in _list(offered[0].get("required"))
        if all(key in _list(part.get("required")) for part in offered)
    ]
    return _both(one, {"properties": properties, "required": required})


def _is_closed(here: Schema, row: list[Any]) -> bool:
    """Whether a list has just the places that are described."""
    ends = here.get("items") is False or here.get("additionalItems") is False
    return (ends or here.get("maxItems") == len(row)) and here.get("minItems") == len(row)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}{number}"


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    return {str(key): one for key, one in cast("Mapping[Any, Any]", value).items()}


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
