"""Cells that worked, as data for those who write capabilities of them."""

import ast
import linecache
import types
from collections.abc import Sequence
from typing import Any, TypedDict

from lathe_kernel import evidence
from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.recording import Recorder
from lathe_library.facts import FunctionNode

_MOST_CELLS = 50
_NEWEST_CELLS = 10
_LONGEST_CODE = 20_000
_LONGEST_OUTPUT = 2_000
_MOST_EXAMPLES = 20


class WorkedCell(TypedDict):
    """One cell: its number, its code and the beginning of what it printed and gave."""

    cell: int
    code: str
    printed: str
    result: str


class Example(TypedDict):
    """Calls of a function that a cell made, as a module of tests and the files that it reads."""

    tests: str
    fixtures: dict[str, bytes]
    left_out: list[str]


class WorkedCells(dict[str, Any]):
    """`cells`, `examples` by function, and `left_out`: what was cut or is not there."""

    @property
    def numbers(self) -> list[int]:
        """Return the numbers of the cells."""
        return [int(one["cell"]) for one in self["cells"]]

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        """Travel as a plain dict."""
        return dict, (dict(self),)

    def __repr__(self) -> str:
        """Name what is in it."""
        examples = ", ".join(self["examples"]) or "none"
        return f"<cells {self.numbers}, recorded calls of: {examples}>"


def worked_cells(
    numbers: Sequence[int], channel: Channel, namespace: dict[str, Any], recorder: Recorder
) -> WorkedCells:
    """Return cells with their outputs and the recorded calls of the functions that they define.

    Raises:
        LatheError: there is no such cell here, or there are too many.
    """
    wanted = sorted({int(one) for one in numbers}) or recorder.worked[-_NEWEST_CELLS:]
    if not wanted or len(wanted) > _MOST_CELLS:
        raise invalid(f"name 1 to {_MOST_CELLS} cells by their numbers: `lathe.cells(4, 7)`.")
    left_out: list[str] = []
    cells = [_cell(one, channel, left_out) for one in wanted]
    examples: dict[str, Example] = {}
    for one in cells:
        for name in _defined(one["code"]):
            f = namespace.get(name)
            if isinstance(f, types.FunctionType) and len(examples) < _MOST_EXAMPLES:
                made = evidence.of_function(f, recorder.of(f), [], [])
                if made.tests:
                    examples[name] = {
                        "tests": made.tests,
                        "fixtures": made.fixtures,
                        "left_out": made.left_out,
                    }
    return WorkedCells(cells=cells, examples=examples, left_out=left_out)


def _cell(number: int, channel: Channel, left_out: list[str]) -> WorkedCell:
    code = "".join(linecache.getlines(f"cell {number}"))
    if not code:
        raise invalid(f"cell {number} did not run here, or its code is not kept any more.")
    if len(code) > _LONGEST_CODE:
        left_out.append(f"cell {number}: {len(code) - _LONGEST_CODE:,} characters of its code")
        code = code[:_LONGEST_CODE]
    return {
        "cell": number,
        "code": code,
        "printed": _head(number, "stdout", channel, left_out),
        "result": _head(number, "result", channel, left_out),
    }


def _head(number: int, stream: str, channel: Channel, left_out: list[str]) -> str:
    try:
        reply = channel.call("output", {"cell": number, "stream": stream})
    except LatheError as error:
        left_out.append(f"cell {number}: its {stream}, {error.reason}")
        return ""
    if not reply.descriptors:
        text = str(reply.value["text"])
    else:
        with open(reply.descriptors[0], "rb", closefd=True) as file:  # noqa: PTH123 - a descriptor
            close(reply.descriptors[1:])
            text = file.read(4 * _LONGEST_OUTPUT + 4).decode("utf-8", "replace")
    if len(text) > _LONGEST_OUTPUT:
        left_out.append(f"cell {number}: all but the beginning of its {stream}")
    return text[:_LONGEST_OUTPUT]


def _defined(code: str) -> list[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [node.name for node in tree.body if isinstance(node, FunctionNode)]
