"""What could not be saved is made again where that is safe: by the statements that made it."""

import ast
import builtins
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from lathe_kernel.memory_save import Unsaved


class Rebuild(TypedDict):
    """Statements of one cell to be run again, and the variables that they make."""

    cell: int
    names: list[str]
    code: str


class Rebuilding:
    """Finds the statements that make lost variables and nothing else.

    Only a plain assignment is run again, of a cell that made no host calls, to names that are all
    lost, from names that no later cell has bound: then it gives what it gave.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        bound: Mapping[str, int],
        cells: Mapping[int, str],
        pure: set[int],
    ) -> None:
        """Look into `cells`; `bound` says which cell bound a name last."""
        self._namespace = namespace
        self._bound = bound
        self._cells = cells
        self._pure = pure
        self._made: set[str] = set()

    def of(self, lost: Iterable[Unsaved]) -> list[Rebuild]:
        """Return what is to be run, in the order of the cells."""
        wanted: dict[int, set[str]] = {}
        for one in lost:
            wanted.setdefault(one["cell"], set()).add(one["name"])
        found: list[Rebuild] = []
        for cell in sorted(wanted.keys() & self._pure):
            statements, names = self._statements(cell, wanted[cell])
            if statements:
                code = "\n".join(map(ast.unparse, statements))
                found.append({"cell": cell, "names": sorted(names), "code": code})
        return found

    def _statements(self, cell: int, wanted: set[str]) -> tuple[list[ast.stmt], set[str]]:
        try:
            body = ast.parse(self._cells.get(cell, "")).body
        except (SyntaxError, ValueError):
            return [], set()
        statements: list[ast.stmt] = []
        made: set[str] = set()
        for statement in body:
            names = _assigned(statement)
            if not names or not names <= wanted:
                continue
            if all(self._is_as_it_was(name, cell) for name in _read(statement)):
                statements.append(statement)
                made |= names
                self._made |= names
        return statements, made

    def _is_as_it_was(self, name: str, cell: int) -> bool:
        if name in self._made:
            return True
        if name in self._namespace:
            return self._bound.get(name, 0) <= cell
        return hasattr(builtins, name)


def _assigned(statement: ast.stmt) -> set[str]:
    """Return the names that a plain assignment binds; none for any other statement."""
    match statement:
        case ast.Assign(targets=targets):
            found = [_names(target) for target in targets]
        case ast.AnnAssign(target=target, value=value) if value is not None:
            found = [_names(target)]
        case _:
            return set()
    return set().union(*found) if all(found) else set()


def _names(target: ast.expr) -> set[str]:
    match target:
        case ast.Name(id=name):
            return {name}
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            found = [_names(part) for part in parts]
            return set().union(*found) if all(found) else set()
        case _:
            return set()


def _read(statement: ast.stmt) -> set[str]:
    inner: set[str] = set()
    loaded: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else inner).add(node.id)
        elif isinstance(node, ast.arg):
            inner.add(node.arg)
    return loaded - (inner - _assigned(statement))
