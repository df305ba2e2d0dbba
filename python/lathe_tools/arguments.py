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
                kind.check_schema(schema)
            except SchemaError as error:
                reason = shortened(error.message, 200)
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
