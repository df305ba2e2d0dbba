"""Forms as Python source: hints, parameters, classes. One way to write a type."""

from collections.abc import Sequence
from dataclasses import dataclass

from lathe_signatures.forms import (
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


@dataclass(frozen=True)
class Hints:
    """How hints are written: of choices at most `most`; names of records after `prefix`."""

    most: int | None = None
    prefix: str = ""

    def of(self, form: Form) -> str:
        """Return a form as a hint."""
        match form:
            case Plain(name):
                return name
            case Named(name):
                return self.prefix + name
            case Choice(values):
                return f"Literal[{', '.join(self._shown(values))}]"
            case Either(members):
                return " | ".join(self.of(member) for member in members)
            case Items(member):
                return f"list[{self.of(member)}]"
            case Row(members):
                return f"tuple[{', '.join(self.of(member) for member in members)}]"
            case Values(member):
                return f"dict[str, {self.of(member)}]"

    def parameter(self, name: str, field: Field) -> str:
        """Return one parameter of a signature; an optional one without a default has `...`."""
        text = f"{name}: {self.of(field.form)}"
        return text if field.required else f"{text} = {_default(field.default)}"

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
            (one.key, self.of(one.form) if one.required else f"NotRequired[{self.of(one.form)}]")
            for one in record.fields
        ]
        if all(identifier(key) == key and not key.startswith("_") for key, _ in hints):
            body = [f"    {key}: {text}" for key, text in hints] or ["    pass"]
            return [f"class {name}(TypedDict):", *body]
        keys = [f"        {literal(key)}: {literal(text)}," for key, text in hints]
        return [f"{name} = TypedDict(", f"    {literal(name)},", "    {", *keys, "    },", ")"]

    def _shown(self, values: Sequence[Scalar]) -> list[str]:
        shown = values if self.most is None else values[: self.most]
        return [literal(one) for one in shown] + (["..."] if len(shown) < len(values) else [])


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
