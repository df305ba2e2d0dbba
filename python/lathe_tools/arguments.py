"""Arguments against the schema of a tool, before they leave."""

import importlib
from typing import Any, cast

from jsonschema import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from lathe_tools.faults import Fault, shortened

# Modules without whole types.
_validators: Any = importlib.import_module("jsonschema.validators")
_exceptions: Any = importlib.import_module("jsonschema.exceptions")
# A reference that leaves the schema is never fetched.
_EMPTY: Registry[Any] = Registry()


class SchemaChecks:
    """The schemas of one server's tools, compiled when first needed."""

    def __init__(self) -> None:
        """Begin without any."""
        self._compiled: dict[str, Any] = {}

    def take(self, tools: list[dict[str, Any]]) -> list[dict[str, str]]:
        """Take over a new list of tools; tell which schemas are none."""
        self._compiled = {}
        problems: list[dict[str, str]] = []
        for tool in tools:
            schema = cast("dict[str, Any]", tool.get("inputSchema") or {})
            kind: Any = _validators.validator_for(schema)
            try:
                if not is_plain(schema):
                    kind.check_schema(schema)
            except (SchemaError, RecursionError) as error:
                reason = (
                    shortened(error.message, 200)
                    if isinstance(error, SchemaError)
                    else "it is nested too deeply"
                )
                problems.append(
                    {
                        "tool": tool["name"],
                        "reason": f"its schema is none, so arguments are sent unchecked: {reason}",
                    }
                )
                self._compiled[tool["name"]] = None
            else:
                self._compiled[tool["name"]] = kind(schema, registry=_EMPTY)
        return problems

    def knows(self, tool: str) -> bool:
        """Whether the server's list had the tool."""
        return tool in self._compiled

    @property
    def names(self) -> list[str]:
        """The tools of the list."""
        return list(self._compiled)

    def check(self, tool: str, arguments: dict[str, Any], server: str) -> None:
        """Refuse arguments that do not fit.

        Raises:
            Fault: with the place of what is wrong and what would fit.
        """
        validator = self._compiled.get(tool)
        if validator is None:
            return
        try:
            error: Any = _exceptions.best_match(validator.iter_errors(arguments))
        except Unresolvable as unresolvable:
            raise Fault(
                "bad_arguments",
                f"the schema of {tool} points outside itself: {unresolvable}",
                "report this to whoever makes the server",
                server,
            ) from None
        if error is None:
            return
        place = "".join(f"[{each!r}]" for each in error.absolute_path)
        known = ", ".join(cast("dict[str, Any]", validator.schema.get("properties") or {}))
        raise Fault(
            "bad_arguments",
            f"the arguments{place} do not fit {tool}: {shortened(error.message, 500)}",
            f"it takes: {shortened(known, 500)}" if known else "it takes no arguments",
            server,
        )


_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_DRAFTS = frozenset(
    {"http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"}
)
_DEEPEST = 30


def is_plain(schema: dict[str, Any], depth: int = 0) -> bool:
    """Tell whether a schema is surely one, by keywords that most tools have and no others.

    To hold a schema against that of schemas takes a millisecond, which is long for ten thousand.
    """
    return depth < _DEEPEST and all(_allows(key, value, depth) for key, value in schema.items())


def _allows(key: str, value: Any, depth: int) -> bool:
    match key:
        case "type":
            return isinstance(value, str) and value in _TYPES
        case "title" | "description":
            return isinstance(value, str)
        case "$schema":
            return isinstance(value, str) and value in _DRAFTS and depth == 0
        case "properties":
            return isinstance(value, dict) and all(
                _is_plain_part(one, depth) for one in cast("dict[str, Any]", value).values()
            )
        case "items" | "additionalProperties":
            return isinstance(value, bool) or _is_plain_part(value, depth)
        case "required":
            names = cast("list[Any]", value) if isinstance(value, list) else [None]
            return all(isinstance(one, str) for one in names) and len(set(names)) == len(names)
        case "default":
            return True
        case "enum":
            return isinstance(value, list) and all(
                isinstance(one, str) for one in cast("list[Any]", value)
            )
        case _:
            return False


def _is_plain_part(value: Any, depth: int) -> bool:
    return isinstance(value, dict) and is_plain(cast("dict[str, Any]", value), depth + 1)
