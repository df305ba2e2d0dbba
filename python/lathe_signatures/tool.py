"""A tool's definition as a Python function: its signature, its page, and what a call sends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lathe_signatures import names, texts
from lathe_signatures.forms import ANY, Field, Form, Named, Shapes
from lathe_signatures.reading import Reader

_CHOICES = 12


@dataclass(frozen=True)
class Definition:
    """What a server says of a tool, as MCP's `tools/list` has it."""

    server: str
    name: str
    description: str = ""
    input: Mapping[str, Any] = field(default_factory=dict[str, Any])
    output: Mapping[str, Any] | None = None
    annotations: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Parameter:
    """One argument: its name in Python, and the key that it is sent as."""

    name: str
    field: Field
    keyword_only: bool


class ToolFunction:
    """A definition read as a function of `lathe.tools.SERVER`."""

    def __init__(self, definition: Definition, name: str | None = None, title: str | None = None):
        """Read a definition; `name` and `title` are what `names` gives it among its server's."""
        self.definition = definition
        self.name = name or names.identifier(definition.name)
        self.title = title or names.class_name(definition.name)
        self.shapes = Shapes()
        fields, self.further = Reader(definition.input, self.shapes).arguments()
        self.parameters = _parameters(fields)
        self.returns, self.is_wrapped = self._result()

    @property
    def signature(self) -> str:
        """The signature as it is shown: long lists of choices are cut, with `...`."""
        return self.written(texts.Hints(most=_CHOICES))

    @property
    def rest(self) -> str:
        """The name under which the signature takes arguments that are not described."""
        taken = {one.name for one in self.parameters}
        return next(one for one in ("arguments", "further", "_further") if one not in taken)

    def written(self, hints: texts.Hints) -> str:
        """Return the signature as source."""
        parts: list[str] = []
        for parameter in self.parameters:
            if parameter.keyword_only and "*" not in parts:
                parts.append("*")
            parts.append(hints.parameter(parameter.name, parameter.field))
        if self.further is not None:
            parts.append(f"**{self.rest}: {hints.of(self.further)}")
        return f"{self.name}({', '.join(parts)}) -> {hints.of(self.returns)}"

    def sent(
        self,
        positional: Sequence[object],
        named: Mapping[str, object],
        plain: Callable[[object], Any],
    ) -> dict[str, Any]:
        """Return what a call sends: keys of the schema, values as `plain` makes them JSON.

        None is not sent for an optional argument that takes no null.

        Raises:
            TypeError: the arguments do not fit the signature, which the message shows.
        """
        given = self._bound(positional, named)
        arguments: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.name not in given:
                continue
            value = given.pop(parameter.name)
            if value is ... or (
                value is None and not parameter.field.required and not parameter.field.takes_none
            ):
                continue
            arguments[parameter.field.key] = plain(value)
        arguments.update({key: plain(value) for key, value in given.items()})
        return arguments

    def unwrapped(self, value: object) -> object:
        """Return a structured result as the function's: of a single key `result` its value."""
        if self.is_wrapped and isinstance(value, dict) and "result" in value:
            return value["result"]  # pyright: ignore[reportUnknownVariableType]
        return value  # pyright: ignore[reportUnknownVariableType]

    # MARK: Reading

    def _result(self) -> tuple[Form, bool]:
        if not self.definition.output:
            return ANY, False
        form = Reader(self.definition.output, self.shapes).result()
        if isinstance(form, Named):
            record = self.shapes.records[form.name]
            if [one.key for one in record.fields] == ["result"] and record.fields[0].required:
                del self.shapes.records[form.name]
                return record.fields[0].form, True
        return form, False

    def _bound(
        self, positional: Sequence[object], named: Mapping[str, object]
    ) -> dict[str, object]:
        places = [one.name for one in self.parameters if not one.keyword_only]
        if len(positional) > len(places):
            raise TypeError(self._misfit(f"it takes {len(places)} arguments by place"))
        given: dict[str, object] = dict(zip(places, positional, strict=False))
        for name, value in named.items():
            known = self._known(name)
            if known in given:
                raise TypeError(self._misfit(f"{name!r} is given twice"))
            given[known] = value
        missing = [
            one.name
            for one in self.parameters
            if one.field.required and given.get(one.name, ...) is ...
        ]
        if missing:
            raise TypeError(self._misfit(f"{', '.join(missing)} missing"))
        return given

    def _known(self, name: str) -> str:
        """Return the parameter of a name: as Python writes it, or as the schema does."""
        for one in self.parameters:
            if name in (one.name, one.field.key):
                return one.name
        if self.further is None:
            raise TypeError(self._misfit(f"there is no argument {name!r}"))
        return name

    def _misfit(self, why: str) -> str:
        return f"{self.name}: {why}; it is {self.signature}"


def functions(definitions: Sequence[Definition]) -> list[ToolFunction]:
    """Read the definitions of one server, each under a name of its own."""
    given = names.identifiers(one.name for one in definitions)
    titles = names.class_names(one.name for one in definitions)
    return [ToolFunction(one, given[one.name], titles[one.name]) for one in definitions]


def _parameters(fields: Sequence[Field]) -> list[Parameter]:
    """Return arguments in the order of the signature: required ones first.

    Optional ones are given by name, since members of a JSON object have no order; the only
    argument of a tool can be given by place in any case.
    """
    ordered = [one for one in fields if one.required] + [one for one in fields if not one.required]
    given = names.identifiers(one.key for one in fields)
    return [
        Parameter(given[one.key], one, keyword_only=not one.required and len(ordered) > 1)
        for one in ordered
    ]
