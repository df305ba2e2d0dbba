"""Forms as Python's own type objects, for functions that are made while a program runs."""

import typing
from collections.abc import Mapping
from typing import Any, Literal, NotRequired, Union

from lathe_signatures.forms import (
    Choice,
    Either,
    Form,
    Items,
    Named,
    Plain,
    Record,
    Row,
    Shapes,
    Values,
)

_TYPES: Mapping[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "None": None,
    "Any": Any,
    "list": list,
    "dict": dict,
}


class Objects:
    """The type objects of one tool: each record is one TypedDict, however often it is used."""

    def __init__(self, shapes: Shapes, module: str) -> None:
        """Make the records' classes as if `module` had defined them; it should then have them."""
        self._module = module
        self.records: dict[str, Any] = {}
        # A record stands before those that it needs; one that leads back to itself refers by name.
        for record in reversed(shapes.records.values()):
            self.records[record.name] = self._class(record)

    def hint(self, form: Form) -> Any:
        """Return the type object of a form."""
        match form:
            case Plain(name):
                return _TYPES[name]
            case Named(name):
                return self.records.get(name) or typing.ForwardRef(name, module=self._module)
            case Choice(values):
                return Literal[values]
            case Either(members):
                return Union[tuple(self.hint(member) for member in members)]  # noqa: UP007
            case Items(member):
                return list[self.hint(member)]
            case Row(members):
                return tuple[tuple(self.hint(member) for member in members)]  # pyright: ignore[reportInvalidTypeArguments, reportUnknownVariableType]
            case Values(member):
                return dict[str, self.hint(member)]

    def _class(self, record: Record) -> Any:
        keys = {one.key: self.hint(one.form) for one in record.fields}
        for one in record.fields:
            if not one.required:
                keys[one.key] = NotRequired[keys[one.key]]
        made = TypedDictMaker(record.name, keys)
        made.__module__ = self._module
        made.__doc__ = record.description or None
        return made


# Under a name of its own, since checkers of types want to see what a TypedDict is made of.
TypedDictMaker: Any = typing.TypedDict
