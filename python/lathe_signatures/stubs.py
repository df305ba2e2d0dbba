"""The functions of servers as stub files (.pyi), for people, editors and type checkers."""

import re
from collections.abc import Iterable, Mapping, Sequence

from lathe_signatures import page
from lathe_signatures.texts import TYPES, Hints
from lathe_signatures.tool import ToolFunction

MARK = "# Made by `lathe tools stubs`, which replaces it the next time."
"""The first line of every file of ours, by which it is known."""


def stub(server: str, tools: Sequence[ToolFunction]) -> str:
    """Return the stub of a server's tools; the same definitions give the same text."""
    ordered = sorted(tools, key=lambda one: one.name)
    taken = {one.name for one in ordered}
    # A tool may be called `list`, which hints after it would then mean.
    hidden = {
        name: f"_builtins.{name}" for name in taken & TYPES.keys() if TYPES[name] == "builtins"
    }
    hidden |= {name: f"_typing.{name}" for name in taken & TYPES.keys() if TYPES[name] == "typing"}
    blocks: list[list[str]] = []
    for tool in ordered:
        prefix = tool.title
        while any(prefix + name in taken for name in tool.shapes.records):
            prefix += "_"
        taken |= {prefix + name for name in tool.shapes.records}
        hints = Hints(prefix=prefix, hidden=hidden, are_checked=True)
        blocks.extend(hints.lines(one) for one in reversed(tool.shapes.records.values()))
        blocks.append(_function(tool, hints))
    code = "\n\n".join("\n".join(block) for block in blocks)
    head = f'"""Tools of the server {server!r}. Descriptions are the server\'s words."""'
    parts = [f"{MARK}\n{head}", _imports(code, hidden), code]
    return "\n\n".join(part for part in parts if part) + "\n"


def package(servers: Iterable[str]) -> dict[str, str]:
    """Return the files around those of servers, given by their names in Python, by their paths."""
    names = sorted(servers)
    lines = [f"from lathe.tools import {name} as {name}" for name in names]
    tools = [MARK, '"""The servers of this project."""', *([""] if lines else []), *lines]
    own = [
        MARK,
        '"""What code in a kernel of lathe imports; only its tools are described here."""',
        "",
        "from typing import Any",
        "",
        "from lathe import tools as tools",
        "",
        "def __getattr__(name: str) -> Any: ...",
    ]
    return {
        "lathe/__init__.pyi": "\n".join(own) + "\n",
        "lathe/tools/__init__.pyi": "\n".join(tools) + "\n",
    }


def _imports(code: str, hidden: Mapping[str, str]) -> str:
    """Return the imports that the hints need; in a stub they are nobody's to import from it."""
    used = [name for name, module in TYPES.items() if module == "typing" and name not in hidden]
    used = [name for name in used if re.search(rf"(?<![\w.]){name}\b", code)]
    modules = sorted({name.partition(".")[0] for name in hidden.values()})
    lines = [f"import {name.removeprefix('_')} as {name}" for name in modules]
    return "\n".join([*lines, *([f"from typing import {', '.join(used)}"] if used else [])])


def _function(tool: ToolFunction, hints: Hints) -> list[str]:
    lines = page.page(tool).replace("\\", "\\\\").replace('"""', '\\"\\"\\"').split("\n")
    if lines[-1].endswith('"'):
        lines[-1] += " "
    body = [f'    """{lines[0]}', *(f"    {line}".rstrip() for line in lines[1:]), '    """']
    return [f"def {tool.written(hints)}:", *body, "    ..."]
