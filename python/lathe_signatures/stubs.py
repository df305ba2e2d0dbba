"""The functions of a server as a stub file (.pyi), for people and editors."""

from collections.abc import Sequence

from lathe_signatures import page
from lathe_signatures.texts import Hints
from lathe_signatures.tool import ToolFunction


def stub(server: str, tools: Sequence[ToolFunction]) -> str:
    """Return the stub of a server's tools; the same definitions give the same text."""
    blocks = [[f'"""Tools of the server {server!r}. Descriptions are the server\'s words."""']]
    blocks.append(["from typing import Any, Literal, NotRequired, TypedDict"])
    for tool in sorted(tools, key=lambda one: one.name):
        hints = Hints(prefix=tool.title)
        records = reversed(tool.shapes.records.values())
        blocks.extend(hints.lines(record) for record in records)
        blocks.append(_function(tool, hints))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _function(tool: ToolFunction, hints: Hints) -> list[str]:
    lines = page.page(tool).replace("\\", "\\\\").replace('"""', '\\"\\"\\"').split("\n")
    if lines[-1].endswith('"'):
        lines[-1] += " "
    body = [f'    """{lines[0]}', *(f"    {line}".rstrip() for line in lines[1:]), '    """']
    return [f"def {tool.written(hints)}:", *body, "    ..."]
