"""What travels: capabilities out of a library, proposals into it."""

from dataclasses import dataclass, field
from typing import Any, TypedDict

from lathe_kernel import literals
from lathe_library.facts import Kind


class Document(TypedDict):
    """A capability as lathe hands it over."""

    kind: Kind
    name: str
    version: int
    sha256: str
    source: str
    tests: str
    fixtures: list[str]


class Proposal(TypedDict):
    """A capability as lathe is to admit it; fixtures are base64."""

    kind: Kind
    name: str
    source: str
    tests: str
    fixtures: dict[str, str]
    origin: str


@dataclass
class Exported:
    """Files by their path, and what could not be carried over, a sentence each."""

    files: dict[str, str] = field(default_factory=dict[str, str])
    fixtures: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    left_out: list[str] = field(default_factory=list[str])


@dataclass
class Imported:
    """Proposals, and what could not be carried over, a sentence each."""

    proposals: list[Proposal] = field(default_factory=list[Proposal])
    left_out: list[str] = field(default_factory=list[str])


def agent_source(
    description: str, instructions: str, returns: Any, tools: list[str] | None = None
) -> str:
    """Return the module of an agent; `tools` are the only ones that it may call, None for all."""
    head = text(" ".join(description.split()))
    constants = [literals.assignment("RETURNS", returns)]
    if tools is not None:
        constants.append(literals.assignment("TOOLS", tools))
    return f"{head}\n\nINSTRUCTIONS = {text(instructions)}\n" + "\n".join(constants) + "\n"


def text(value: str) -> str:
    """Return a literal for a text, over several lines where that can be read back exactly."""
    readable = all(one.isprintable() or one == "\n" for one in value)
    if readable and '"""' not in value and "\\" not in value and not value.endswith('"'):
        return f'"""{value}"""'
    return repr(value)
