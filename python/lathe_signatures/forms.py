"""Python types as values: what stands between a JSON Schema and its hints."""

from dataclasses import dataclass, field
from typing import Any

Scalar = str | int | bool | None


@dataclass(frozen=True)
class Plain:
    """A type with a name: str, int, float, bool, None, Any; `list` and `dict` hold anything."""

    name: str


@dataclass(frozen=True)
class Choice:
    """One of some values, at least one."""

    values: tuple[Scalar, ...]

    @property
    def kinds(self) -> tuple["Form", ...]:
        """The types of the values, each once."""
        names = ["None" if one is None else type(one).__name__ for one in self.values]
        return tuple(Plain(name) for name in dict.fromkeys(names))


@dataclass(frozen=True)
class Either:
    """A value of one of some forms, at least two."""

    members: tuple["Form", ...]


@dataclass(frozen=True)
class Items:
    """A list of values of one form."""

    member: "Form"


@dataclass(frozen=True)
class Row:
    """A list of a fixed length, each place with a form of its own; comes as a list from JSON."""

    members: tuple["Form", ...]


@dataclass(frozen=True)
class Values:
    """An object with any keys, whose values have one form."""

    member: "Form"


@dataclass(frozen=True)
class Named:
    """An object with known keys; `Shapes.records` has it under this name."""

    name: str


Form = Plain | Choice | Either | Items | Row | Values | Named

ANY = Plain("Any")
NONE = Plain("None")


@dataclass(frozen=True)
class Field:
    """A key of an object, or an argument."""

    key: str
    form: Form
    required: bool
    description: str = ""
    default: Any = ...

    @property
    def takes_none(self) -> bool:
        """Whether null may be sent for it."""
        return accepts_none(self.form)


@dataclass
class Record:
    """An object with known keys, a TypedDict in Python."""

    name: str
    fields: tuple[Field, ...] = ()
    # A record is named before its keys are read, since one of them may lead back to it.
    description: str = ""


@dataclass
class Shapes:
    """The records that a tool's schemas need, by name, in the order in which they were met."""

    records: dict[str, Record] = field(default_factory=dict[str, Record])
    # What the schema says and the hints do not, each a short text for the page.
    unsaid: list[str] = field(default_factory=list[str])


def accepts_none(form: Form) -> bool:
    """Whether None is a value of the form."""
    if isinstance(form, Either):
        return any(accepts_none(member) for member in form.members)
    return form in (ANY, NONE) or (isinstance(form, Choice) and None in form.values)


def either(members: list[Form]) -> Form:
    """Return the form of a value that has one of these, as simply as it can be said."""
    flat: list[Form] = []
    for member in members:
        flat.extend(member.members if isinstance(member, Either) else [member])
    if ANY in flat or not flat:
        return ANY
    values = [one for form in flat if isinstance(form, Choice) for one in form.values]
    kept: list[Form] = [form for form in dict.fromkeys(flat) if not isinstance(form, Choice)]
    # Values whose whole type is allowed anyway say nothing.
    names = {form.name for form in kept if isinstance(form, Plain)}
    left = [one for one in _distinct(values) if _name(one) not in names]
    if left:
        kept.insert(0, Choice(tuple(left)))
    none = [form for form in kept if form == NONE]
    ordered = [form for form in kept if form != NONE] + none
    return ordered[0] if len(ordered) == 1 else Either(tuple(ordered))


def _name(value: Scalar) -> str:
    return "None" if value is None else type(value).__name__


def _distinct(values: list[Scalar]) -> list[Scalar]:
    # True equals 1 in Python and not in JSON.
    return list({(type(one), one): one for one in values}.values())
