"""Functions and agents of a session as modules: complete, typed, documented, and proved to load."""

import builtins
import inspect
import sys
import types
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from lathe_kernel import evidence, literals, sources
from lathe_kernel.agent_runs import AgentRuns
from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.evidence import Evidence
from lathe_kernel.recording import Recorder
from lathe_kernel.schema import Schema
from lathe_kernel.subtasks import Subtask
from lathe_library import facts, lint
from lathe_library.facts import Kind, Refusal

Breaks = Mapping[str, str] | None
_MAXIMUM_CONSTANT = 4_000
_BUILTINS = frozenset(dir(builtins)) - {"display", "get_ipython"}


@dataclass(frozen=True)
class Module:
    """The source of a capability, without the block that lathe adds."""

    name: str
    source: str
    evidence: Evidence = field(default_factory=Evidence)


class Saved(str):
    """What became of a capability that was saved; shown as it reads."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the lines."""
        return str(self)


@dataclass(frozen=True)
class AgentDefinition:
    """What `save_agent` was given."""

    name: str
    instructions: str
    returns: Schema | None
    description: str
    prepare: Any
    check: Any
    limits: dict[str, int] | None = None
    examples: Sequence[tuple[Any, Any]] = ()
    model: str | None = None
    budget: dict[str, Any] | None = None
    capabilities: Sequence[str] | None = None
    tools: Sequence[str] | None = None
    # SKILLS, ROLE and the like, by the names that `save_agent` gives them.
    profile: Mapping[str, object] = field(default_factory=dict[str, object])


def function_module(
    f: Any, namespace: dict[str, Any], recorder: Recorder, tests: Sequence[Any] = ()
) -> Module:
    """Return the module that makes a function usable in later sessions, and its tests.

    These are what `recorder` has seen of its calls, and `tests`, which cells defined.

    Raises:
        LatheError: it cannot be saved as it is; the reason names the mend.
    """
    source = sources.function_source(f)
    name = source.name
    parts = _Parts(namespace)
    parts.add(source, name)
    docstring = facts.summary(f.__doc__ or "")
    module = proved("function", name, parts.module(docstring or name, []))
    beside = _Parts(namespace, names={name: name})
    for test in tests:
        written = evidence.written_source(test)
        beside.add(written, written.name)
    recorded = recorder.of(inspect.unwrap(f))
    made = evidence.of_function(f, recorded, beside.texts(), sorted(beside.imports))
    return replace(module, evidence=made)


def agent_module(definition: AgentDefinition, namespace: dict[str, Any], runs: AgentRuns) -> Module:
    """Return the module that makes an agent usable in later sessions, with what it did in `runs`.

    Raises:
        LatheError: it cannot be saved as it is; the reason names the mend.
    """
    parts = _Parts(namespace)
    for name, f in (("prepare", definition.prepare), ("check", definition.check)):
        if f is not None:
            parts.add(sources.function_source(f), name)
    instructions = definition.instructions.strip()
    constants = [
        f"INSTRUCTIONS = {text_literal(instructions)}",
        literals.assignment("RETURNS", definition.returns),
    ]
    rights = {
        "LIMITS": definition.limits or None,
        "MODEL": definition.model,
        "BUDGET": definition.budget,
        "CAPABILITIES": definition.capabilities,
        "TOOLS": definition.tools,
        **{name.upper(): value for name, value in definition.profile.items()},
    }
    constants += [_right(name, value) for name, value in rights.items() if value is not None]
    description = definition.description.strip() or facts.summary(instructions)
    module = proved("agent", definition.name, parts.module(description, constants))
    made = evidence.of_agent(
        definition.name,
        definition.examples,
        has_prepare=definition.prepare is not None,
        has_check=definition.check is not None,
    )
    made.runs, made.left_out = runs.of(definition.name, definition.instructions)
    return replace(module, evidence=made)


def sent(channel: Channel, call: str, module: Module, purpose: str, breaks: Breaks) -> Saved:
    """Hand a module over to lathe, which examines it; return what became of it.

    Raises:
        LatheError: it was refused; the reason names everything to mend.
    """
    return told(channel, call, arguments_of(module, purpose, breaks))


def sent_written(
    channel: Channel, call: str, made: dict[str, Any], written: Subtask, breaks: Breaks
) -> Saved:
    """Hand what a writer made over to lathe; return what became of it.

    Raises:
        LatheError: it was refused; the reason names everything to mend.
    """
    given = made.get("breaks") if breaks is None else breaks
    arguments: dict[str, Any] = {
        "name": made.get("name"),
        "source": made.get("source"),
        "tests": made.get("tests") or "",
        "fixtures": made.get("fixtures") or {},
        "cells": written.cells[:50],
        "purpose": made.get("purpose") or "",
        "writer": written.id,
    }
    if given:
        arguments["breaks"] = _reasons(given)
    return told(channel, call, arguments)


def arguments_of(module: Module, purpose: str, breaks: Breaks) -> dict[str, Any]:
    """Return what lathe is told of a module that it is to examine."""
    known = module.evidence
    arguments: dict[str, Any] = {
        "name": module.name,
        "source": module.source,
        "tests": known.tests,
        "fixtures": {one: b64encode(data).decode() for one, data in known.fixtures.items()},
        "cells": known.cells,
        "left_out": known.left_out,
        "purpose": purpose,
    }
    if known.runs:
        arguments["runs"] = known.runs
    if breaks:
        arguments["breaks"] = _reasons(breaks)
    return arguments


def told(channel: Channel, call: str, arguments: dict[str, Any]) -> Saved:
    """Make a call that saves; return what became of it.

    Raises:
        LatheError: it was refused; the reason names everything to mend.
    """
    reply = channel.call(call, arguments)
    close(reply.descriptors)
    verb = "replaced" if reply.value.get("replaced") else "saved"
    note = reply.value.get("note")
    asked = f"; a reviewer had asked for changes: {note}" if note else ""
    first = f"{verb} {reply.value['path']} ({reply.value['status']}){asked}"
    return Saved("\n".join([first, *map(str, reply.value.get("evidence") or [])]))


def _reasons(breaks: object) -> dict[str, str]:
    """Return why tests of the approved version break, by their names."""
    if not isinstance(breaks, Mapping):
        raise invalid('`breaks` is a dict such as {"test_recorded_1": "why it fails now"}.')
    given = cast("Mapping[object, object]", breaks)
    for test, why in given.items():
        if not (isinstance(test, str) and isinstance(why, str) and why.strip()):
            raise invalid(f"breaks[{test!r}] is no reason: say in words why that test fails now.")
    return cast("dict[str, str]", dict(given))


@dataclass
class _Parts:
    """What a module is made of, gathered from the functions that it has to hold."""

    namespace: dict[str, Any]
    imports: set[str] = field(default_factory=set[str])
    constants: dict[str, str] = field(default_factory=dict[str, str])
    functions: dict[str, sources.FunctionSource] = field(
        default_factory=dict[str, sources.FunctionSource]
    )
    names: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, source: sources.FunctionSource, name: str) -> None:
        """Add a function under `name`, after everything that it uses."""
        if source.name in self.names:
            return
        if name in self.names.values():
            raise invalid(f"two functions would be called `{name}`; rename one.")
        self.names[source.name] = name
        try:
            for used in sorted(sources.global_names(source.text)):
                self._resolve(used)
        except LatheError as error:
            raise LatheError(
                error.code, f"`{source.name}` cannot be saved: {error.reason}"
            ) from None
        self.functions[source.name] = source

    def module(self, docstring: str, constants: list[str]) -> str:
        """Return the source: docstring, imports, constants, functions."""
        heads = [text_literal(docstring), *_grouped(self.imports)]
        if constants or self.constants:
            heads.append("\n".join([*self.constants.values(), *constants]))
        return "\n\n\n".join(["\n\n".join(heads), *self._bodies()]) + "\n"

    def texts(self) -> list[str]:
        """Return the constants and functions alone."""
        return [*(["\n".join(self.constants.values())] if self.constants else []), *self._bodies()]

    def _bodies(self) -> list[str]:
        return [
            sources.renamed(one.text, self.names).strip("\n") for one in self.functions.values()
        ]

    def _resolve(self, name: str) -> None:
        if name in self.names or name in self.constants:
            return
        if name not in self.namespace:
            if name in _BUILTINS:
                return
            if name == "display":
                self.imports.add("from IPython.display import display")
                return
            raise invalid(f"`{name}` is not defined in this session.")
        value = self.namespace[name]
        if name == "lathe":
            self.imports.add("import lathe")
        elif isinstance(value, types.FunctionType) and value.__module__ == "__main__":
            self.add(sources.function_source(value), name if name.startswith("_") else f"_{name}")
        elif statement := sources.import_statement(name, value, _cells(self.namespace)):
            self.imports.add(statement)
        else:
            self.constants[name] = _constant(name, value)


def _cells(namespace: dict[str, Any]) -> Iterable[str]:
    return [
        cell for cell in cast("list[object]", namespace.get("_ih", [])) if isinstance(cell, str)
    ]


def _grouped(imports: set[str]) -> list[str]:
    """Return the imports in the usual groups, each sorted: standard library, packages, Lathe."""
    groups: dict[int, list[str]] = {}
    for statement in imports:
        root = statement.split()[1].partition(".")[0]
        place = 0 if root in sys.stdlib_module_names else 2 if root == "lathe" else 1
        groups.setdefault(place, []).append(statement)
    return [
        "\n".join(sorted(groups[place], key=lambda one: (one.startswith("from"), one)))
        for place in sorted(groups)
    ]


def _constant(name: str, value: object) -> str:
    if not literals.is_literal(value):
        raise invalid(
            f"it uses `{name}`, a {type(value).__name__} of this session: take it as a parameter."
        )
    text = literals.assignment(name, value)
    if len(text) > _MAXIMUM_CONSTANT:
        raise invalid(
            f"it uses `{name}`, which is too large for a source file ({len(text):,} characters): "
            "take it as a parameter."
        )
    return text


def _right(name: str, value: object) -> str:
    if not literals.is_literal(value):
        raise invalid(f"`{name.lower()}` is made of numbers and texts, not {value!r:.60}.")
    as_list = list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value
    return literals.assignment(name, as_list)


def text_literal(text: str) -> str:
    """Return a literal for a text, over several lines where that can be read back exactly."""
    readable = all(one.isprintable() or one == "\n" for one in text)
    if readable and '"""' not in text and "\\" not in text and not text.endswith('"'):
        return f'"""{text}"""'
    return repr(text)


def proved(kind: Kind, name: str, source: str) -> Module:
    """Return the module once it has been read as lathe will, and run in a namespace of its own."""
    try:
        facts.read(source, kind, name)
    except Refusal as refusal:
        raise invalid(f"{kind} `{name}` cannot be saved: {refusal}") from None
    module = types.ModuleType(f"lathe.saved.{name}")
    try:
        exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    except Exception as error:
        raise invalid(
            f"{kind} `{name}` cannot be saved: as a file of its own it fails with "
            f"{type(error).__name__}: {error}"
        ) from None
    return Module(name, lint.tidied(source))
