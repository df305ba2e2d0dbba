"""Forms as Python source: hints, parameters, classes. One way to write a type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lathe_signatures.forms import (
    ANY,
    Choice,
    Either,
    Field,
    Form,
    Items,
    Named,
    Plain,
    Record,
    Row,
    Scalar,
    Values,
)
from lathe_signatures.names import identifier

TYPES = {
    **dict.fromkeys(("bool", "dict", "float", "int", "list", "str", "tuple"), "builtins"),
    **dict.fromkeys(("Any", "Literal", "NotRequired", "TypedDict"), "typing"),
}
"""The names that hints use, with the modules that have them."""


@dataclass(frozen=True)
class Hints:
    """How hints are written: of choices at most `most`; names of records after `prefix`.

    `hidden` says how names of `TYPES` are written that mean something else where the hints stand.
    With `are_checked` a default that is no value of its hint is not written: a type checker would
    take offence at what a server says.
    """

    most: int | None = None
    prefix: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict[str, str])
    are_checked: bool = False

    def of(self, form: Form) -> str:
        """Return a form as a hint."""
        match form:
            case Plain("list") if self.are_checked:
                return self.of(Items(ANY))
            case Plain("dict") if self.are_checked:
                return self.of(Values(ANY))
            case Plain(name):
                return self._type(name)
            case Named(name):
                return self.prefix + name
            case Choice(values):
                return f"{self._type('Literal')}[{', '.join(self._shown(values))}]"
            case Either(members):
                return " | ".join(self.of(member) for member in members)
            case Items(member):
                return f"{self._type('list')}[{self.of(member)}]"
            case Row(members):
                places = ", ".join(self.of(member) for member in members)
                return f"{self._type('tuple')}[{places}]"
            case Values(member):
                return f"{self._type('dict')}[{self._type('str')}, {self.of(member)}]"

    def parameter(self, name: str, argument: Field) -> str:
        """Return one parameter of a signature; an optional one without a default has `...`."""
        text = f"{name}: {self.of(argument.form)}"
        if argument.required:
            return text
        is_said = not self.are_checked or is_value(argument.default, argument.form)
        return f"{text} = {_default(argument.default) if is_said else '...'}"

    def line(self, record: Record) -> str:
        """Return a record's keys in one line, optional ones with `?`."""
        keys = ", ".join(
            f"{one.key}{'' if one.required else '?'}: {self.of(one.form)}" for one in record.fields
        )
        return f"{self.prefix}{record.name} = {{{keys}}}"

    def lines(self, record: Record) -> list[str]:
        """Return a record as the lines of a TypedDict; keys that are no identifiers need a call."""
        name = self.prefix + record.name
        hints = [
            (one.key, self.of(one.form) if one.required else self._optional(one.form))
            for one in record.fields
        ]
        base = self._type("TypedDict")
        if all(_is_plain(key) for key, _ in hints):
            body = [f"    {key}: {text}" for key, text in hints] or ["    pass"]
            return [f"class {name}({base}):", *body]
        keys = [
            f"        {literal(key)}: {literal(text)},"
            if key
            else f"        # The key '', which no TypedDict can have: {text}"
            for key, text in hints
        ]
        return [f"{name} = {base}(", f"    {literal(name)},", "    {", *keys, "    },", ")"]

    def _optional(self, form: Form) -> str:
        return f"{self._type('NotRequired')}[{self.of(form)}]"

    def _type(self, name: str) -> str:
        return self.hidden.get(name, name)

    def _shown(self, values: Sequence[Scalar]) -> list[str]:
        shown = values if self.most is None else values[: self.most]
        return [literal(one) for one in shown] + (["..."] if len(shown) < len(values) else [])


def is_value(value: object, form: Form) -> bool:
    """Whether plain data is a value of a form, as far as that can be seen without its keys."""
    match form:
        case Plain("Any"):
            return True
        case Plain("None"):
            return value is None
        case Plain("float"):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Plain(name):
            return type(value).__name__ == name
        case Choice(values):
            return any(type(value) is type(one) and value == one for one in values)
        case Either(members):
            return any(is_value(value, member) for member in members)
        case Items():
            return value == [] and isinstance(value, list)
        case Values():
            return value == {} and isinstance(value, dict)
        case _:
            return False


def _is_plain(key: str) -> bool:
    """Whether a key can be written as a name in a class, whose later hints it must not hide."""
    return identifier(key) == key and not key.startswith("_") and key not in TYPES


def literal(value: object) -> str:
    """Return plain data as Python source, texts in `"` where that needs no escapes."""
    text = repr(value)
    if isinstance(value, str) and text[0] == "'" and '"' not in value and "\\" not in text:
        return f'"{value}"'
    return text


def _default(value: object) -> str:
    if value is None or isinstance(value, bool | int | float | str):
        text = literal(value)
        return text if len(text) <= 40 else "..."
    return literal(value) if value in ([], {}) else "..."
