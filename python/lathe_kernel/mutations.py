"""Small changes of a source, each of which a good test notices."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from lathe_library.facts import FunctionNode

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_SIGNS: Final[dict[str, str]] = {
    "Lt": "<",
    "LtE": "<=",
    "Gt": ">",
    "GtE": ">=",
    "Eq": "==",
    "NotEq": "!=",
    "In": "in",
    "NotIn": "not in",
    "Is": "is",
    "IsNot": "is not",
    "Add": "+",
    "Sub": "-",
    "Mult": "*",
    "Div": "/",
    "FloorDiv": "//",
    "Mod": "%",
    "Pow": "**",
    "BitAnd": "&",
    "BitOr": "|",
    "And": "and",
    "Or": "or",
}


RESULT_GONE: Final = "became `return None`"


@dataclass(frozen=True)
class Mutant:
    """A source with one change, and what was changed: `line 12: < became <=`."""

    source: str
    change: str
    lines: range
    """Of the statement that was changed, in the original; none where it runs at import."""


@dataclass(frozen=True)
class _Change:
    line: int
    column: int
    told: str
    apply: Callable[[], Callable[[], None]]
    """Makes the change in the tree; what it returns takes it back."""


def gutted(source: str, name: str) -> str:
    """Return a source whose function `name` raises, whatever it is given."""
    module = ast.parse(source)
    for node in module.body:
        if isinstance(node, FunctionNode) and node.name == name:
            node.body = ast.parse("raise BaseException('this function was taken out')").body
    return ast.unparse(module)


def mutants(source: str, most: int) -> tuple[list[Mutant], int]:
    """Return at most `most` changed sources, spread over the whole, and how many there could be."""
    module = ast.parse(source)
    changes = sorted(_changes(module), key=lambda one: (one.line, one.column, one.told))
    count = len(changes)
    if count > most:
        changes = [changes[place * count // most] for place in range(most)]
    statements = list(_statements(module))
    found: list[Mutant] = []
    for change in changes:
        undo = change.apply()
        told = f"line {change.line}: {change.told}"
        found.append(Mutant(ast.unparse(module), told, _around(change, statements)))
        undo()
    return found, count


def _changes(module: ast.Module) -> Iterator[_Change]:
    for function in module.body:
        if not isinstance(function, FunctionNode | ast.ClassDef):
            continue
        silent = _silent(function)
        for node in ast.walk(function):
            if id(node) not in silent:
                yield from _of_expression(node)
                yield from _of_statements(node)


def _statements(module: ast.Module) -> Iterator[range]:
    """Yield the lines of each statement that runs when a function is called, outer ones first."""
    for function in ast.walk(module):
        if isinstance(function, FunctionNode):
            for outer in function.body:
                for one in ast.walk(outer):
                    if isinstance(one, ast.stmt):
                        yield range(one.lineno, (one.end_lineno or one.lineno) + 1)


def _around(change: _Change, statements: list[range]) -> range:
    """Return the lines of the smallest statement that holds a change."""
    holding = [lines for lines in statements if change.line in lines]
    return min(holding, key=len, default=range(0))


def _silent(function: ast.AST) -> set[int]:
    """Return the nodes whose change nobody can notice: docstrings, type hints, texts of errors."""
    found: set[int] = set()
    for node in ast.walk(function):
        hidden: list[ast.AST | None] = []
        if isinstance(node, FunctionNode):
            hidden += [
                node.returns,
                *(one.annotation for one in ast.walk(node.args) if isinstance(one, ast.arg)),
            ]
            first = node.body[0]
            hidden.append(first if _is_text(first) else None)
        elif isinstance(node, ast.AnnAssign):
            hidden.append(node.annotation)
        elif isinstance(node, ast.Raise):
            hidden.append(node)
        for one in hidden:
            if one is not None:
                found |= {id(part) for part in ast.walk(one)}
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _of_expression(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = _COMPARISONS[type(operator)]()
            yield _Change(*_place(node), _became(operator, other), _in_list(node.ops, place, other))
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        if not (
            isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant | ast.JoinedStr)
        ):
            other = _OPERATORS[type(node.op)]()
            yield _Change(*_place(node), _became(node.op, other), _in_field(node, "op", other))
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _Change(*_place(node), _became(node.op, other), _in_field(node, "op", other))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        told = f"{ast.unparse(node)[:60]} lost its {'not' if isinstance(node.op, ast.Not) else '~'}"
        twice = ast.UnaryOp(node.op, copy.deepcopy(node.operand))
        yield _Change(*_place(node), told, _in_field(node, "operand", twice))
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        value = not node.value if isinstance(node.value, bool) else node.value + 1
        yield _Change(
            *_place(node), f"{node.value!r} became {value!r}", _in_field(node, "value", value)
        )


def _of_statements(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        told = f"`{_shown(node)}` {RESULT_GONE}"
        yield _Change(*_place(node), told, _in_field(node, "value", ast.Constant(None)))
    for name in ("body", "orelse"):
        body: object = getattr(node, name, None)
        if not isinstance(body, list):
            continue
        members = cast("list[object]", body)
        for place, statement in enumerate(members):
            if isinstance(statement, ast.AST) and _can_go(statement):
                told = f"`{_shown(statement)}` was taken out"
                yield _Change(*_place(statement), told, _in_list(members, place, ast.Pass()))


def _can_go(statement: ast.AST) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    if isinstance(statement, ast.If):
        leaves = isinstance(statement.body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)
        return leaves and not statement.orelse
    return isinstance(statement, ast.AugAssign)


def _in_field(node: ast.AST, name: str, value: object) -> Callable[[], Callable[[], None]]:
    def apply() -> Callable[[], None]:
        old = getattr(node, name)
        setattr(node, name, value)
        return lambda: setattr(node, name, old)

    return apply


def _in_list(members: list[Any], place: int, value: object) -> Callable[[], Callable[[], None]]:
    def apply() -> Callable[[], None]:
        old = members[place]
        members[place] = value

        def undo() -> None:
            members[place] = old

        return undo

    return apply


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _became(old: ast.AST, new: ast.AST) -> str:
    return f"{_SIGNS[type(old).__name__]} became {_SIGNS[type(new).__name__]}"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else text[:59] + "…"
