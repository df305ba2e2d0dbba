"""What could not be saved is made again where that is safe: by the statements that made it."""

import ast
import builtins
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from lathe_kernel.memory_save import Unsaved


class Rebuilding:
    """Finds the statements that make lost variables and nothing else.

    Only a plain assignment is run again, of a cell that made no host calls, to names that are all
    lost, from names that no later cell has bound: then it gives what it gave.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
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

    def make(self, lost: Iterable[Unsaved]) -> tuple[list[str], list[Unsaved]]:
        """Make what can be made, cell by cell; return its names and what stays lost."""
        waiting = sorted(lost, key=lambda one: one["cell"])
        left: list[Unsaved] = []
        for cell, group in itertools.groupby(waiting, key=lambda one: one["cell"]):
            missing = {one["name"]: one for one in group}
            if cell in self._pure:
                self._run(cell, missing)
            left += missing.values()
        return sorted(self._made), left

    def _run(self, cell: int, missing: dict[str, Unsaved]) -> None:
        """Run the statements of one cell that make what is missing; take out what there is then."""
        statements, names = self._statements(cell, set(missing))
        for statement in statements:
            code = compile(ast.Module([statement], []), f"cell {cell}", "exec")
            try:
                exec(code, self._namespace)
            except Exception as error:
                problem = f"running what made it again failed: {type(error).__name__}: {error}"
                for name in _assigned(statement) & missing.keys():
                    missing[name] = {**missing[name], "reason": problem[:300]}
        for name in names & self._namespace.keys() & missing.keys():
            del missing[name]
            self._made.add(name)

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
            if all(name in made or self._is_as_it_was(name, cell) for name in _read(statement)):
                statements.append(statement)
                made |= names
        return statements, made

    def _is_as_it_was(self, name: str, cell: int) -> bool:
        if name in self._made:
            return self._bound.get(name, 0) <= cell
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
    return _joined(found)


def _names(target: ast.expr) -> set[str]:
    match target:
        case ast.Name(id=name):
            return {name}
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            found = [_names(part) for part in parts]
            return _joined(found)
        case _:
            return set()


def _joined(found: list[set[str]]) -> set[str]:
    """Return all names; none where one part has none."""
    return {name for names in found for name in names} if all(found) else set()


def _read(statement: ast.stmt) -> set[str]:
    inner: set[str] = set()
    loaded: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else inner).add(node.id)
        elif isinstance(node, ast.arg):
            inner.add(node.arg)
    return loaded - (inner - _assigned(statement))
