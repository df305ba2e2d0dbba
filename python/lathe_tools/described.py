"""Definitions of tools as lathe shows them, made without asking their servers."""

from collections.abc import Mapping, Sequence
from typing import Any

from lathe_signatures import stubs
from lathe_signatures.page import cut, summary, words
from lathe_signatures.texts import Hints
from lathe_signatures.tool import Definition, ToolFunction, functions

# What a search shows is cut again, by tokens; this bounds what is sent.
_SIGNATURE = 2_000
_SHAPES = 10
_SHAPE = 300
_SHORT = Hints(most=12)


def described(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return {"tools"}: of each the signature, what its objects hold, and the server's sentence."""
    return {"tools": [_described(function(one)) for one in tools]}


def stubbed(servers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return {"files"}: the package of stubs of servers by their names in Python, by path."""
    files = stubs.package(servers)
    for name, server in servers.items():
        definitions = [_definition(str(server["server"]), one) for one in server["tools"]]
        files[f"lathe/tools/{name}.pyi"] = stubs.stub(str(server["server"]), functions(definitions))
    return {"files": files, "mark": stubs.MARK}


def function(given: Mapping[str, Any]) -> ToolFunction:
    """Return a tool that lathe sent, its definition as the server wrote it."""
    read = _definition(str(given["server"]), given["definition"])
    return ToolFunction(read, str(given["python_name"]))


def _definition(server: str, given: Mapping[str, Any]) -> Definition:
    return Definition(
        server,
        str(given["name"]),
        str(given.get("description") or ""),
        given.get("inputSchema") or {},
        given.get("outputSchema"),
        given.get("annotations") or {},
    )


def _described(tool: ToolFunction) -> dict[str, Any]:
    shapes = [
        cut(" ".join(words(_SHORT.line(record)).split()), _SHAPE)
        for record in tool.shapes.records.values()
    ]
    # Of what may return anything nothing is said.
    signature = tool.signature.removesuffix(" -> Any")
    return {
        "signature": cut(words(signature), _SIGNATURE),
        "shapes": shapes[:_SHAPES],
        "summary": summary(tool, 200),
    }
