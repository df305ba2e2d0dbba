"""The source of what a session defined: functions, the names they use, its imports."""

import ast
import inspect
import linecache
import re
import symtable
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lathe_kernel.errors import invalid
from lathe_library.facts import FunctionNode


@dataclass(frozen=True)
class FunctionSource:
    """A function's source as its cell has it, decorators included."""

    name: str
    text: str


def function_source(f: Any) -> FunctionSource:
    """Return the source of a function that a cell defined at its top level.

    Raises:
        LatheError: it is no such function; the reason names the mend.
    """
    plain = inspect.unwrap(f) if callable(f) else f
    if not isinstance(plain, types.FunctionType):
        raise invalid(f"give a function that a cell defined with `def`, not a {type(f).__name__}.")
    if plain.__name__ == "<lambda>":
        raise invalid("a lambda has no name: write it as `def name(…) -> …:` with a docstring.")
    if plain.__qualname__ != plain.__name__ or plain.__closure__:
        raise invalid(
            f"`{plain.__name__}` is nested in another function or class: define it at the top "
            "level of a cell and pass what it needs as parameters."
        )
    return FunctionSource(plain.__name__, _text(plain))


def _text(f: types.FunctionType) -> str:
    lines = linecache.getlines(f.__code__.co_filename)
    if not lines or not f.__code__.co_filename.startswith("cell "):
        raise invalid(
            f"the source of `{f.__name__}` is not in a cell: define it in one with `def`."
        )
    for node in ast.parse("".join(lines)).body:
        if isinstance(node, FunctionNode) and node.name == f.__name__:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first == f.__code__.co_firstlineno:
                chosen = lines[first - 1 : node.end_lineno]
                return "\n".join(line.rstrip() for line in chosen) + "\n"
    raise invalid(f"`{f.__name__}` is not at the top level of its cell: define it there.")


def global_names(source: str) -> set[str]:
    """Return the names that a function's source takes from its module, annotations included.

    Raises:
        LatheError: it assigns to a global.
    """
    table = symtable.symtable(source, "cell", "exec")
    names = {one.get_name() for one in table.get_symbols() if one.is_referenced()}
    waiting = list(table.get_children())
    while waiting:
        scope = waiting.pop()
        waiting.extend(scope.get_children())
        for symbol in scope.get_symbols():
            if symbol.is_declared_global() and symbol.is_assigned():
                raise invalid(
                    f"it changes the global `{symbol.get_name()}`: return the value instead."
                )
            if symbol.is_global() and symbol.is_referenced():
                names.add(symbol.get_name())
    return names


def import_statement(name: str, value: object, cells: Iterable[str]) -> str | None:
    """Return the import that bound `name` to `value` in a session, or one that would; else None."""
    for cell in reversed(list(cells)):
        for statement, bound, origin in _imports(cell):
            if bound == name and _resolved(origin) is value:
                return statement
    if isinstance(value, types.ModuleType):
        module = value.__name__
        return f"import {module}" if module == name else f"import {module} as {name}"
    home = str(getattr(value, "__module__", "") or "")
    if home not in ("", "__main__", "builtins") and _resolved((home, name)) is value:
        return f"from {home} import {name}"
    return None


Origin = tuple[str, str | None]


def _imports(cell: str) -> list[tuple[str, str, Origin]]:
    try:
        tree = ast.parse(cell)
    except (SyntaxError, ValueError):
        return []
    found: list[tuple[str, str, Origin]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [_plain_import(alias) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [_import_from(node.module, alias) for alias in node.names if alias.name != "*"]
    return found


def _plain_import(alias: ast.alias) -> tuple[str, str, Origin]:
    if alias.asname:
        return f"import {alias.name} as {alias.asname}", alias.asname, (alias.name, None)
    root = alias.name.partition(".")[0]
    return f"import {alias.name}", root, (root, None)


def _import_from(module: str, alias: ast.alias) -> tuple[str, str, Origin]:
    suffix = f" as {alias.asname}" if alias.asname else ""
    statement = f"from {module} import {alias.name}{suffix}"
    return statement, alias.asname or alias.name, (module, alias.name)


def _resolved(origin: Origin) -> object:
    module_name, attribute = origin
    module = sys.modules.get(module_name)
    if attribute is None or module is None:
        return module
    submodule = sys.modules.get(f"{module_name}.{attribute}")
    return vars(module).get(attribute, submodule)


def renamed(source: str, names: dict[str, str]) -> str:
    """Return the source with global names replaced, its layout and comments kept.

    Raises:
        LatheError: a name is also a local one, or stands where it cannot be replaced.
    """
    changed = {old: new for old, new in names.items() if old != new}
    lines = [line.encode() for line in source.split("\n")]
    places: list[tuple[int, int, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg) and node.arg in changed:
            raise _ambiguous(node.arg)
        if isinstance(node, ast.Name) and node.id in changed:
            if not isinstance(node.ctx, ast.Load):
                raise _ambiguous(node.id)
            places.append((node.lineno - 1, node.col_offset, node.id))
        if isinstance(node, FunctionNode) and node.name in changed:
            match = re.match(rb"\s*(?:async\s+)?def\s+", lines[node.lineno - 1][node.col_offset :])
            if match is None:
                raise _ambiguous(node.name)
            places.append((node.lineno - 1, node.col_offset + match.end(), node.name))
    for row, column, old in sorted(places, reverse=True):
        line, text = lines[row], old.encode()
        if line[column : column + len(text)] != text:
            # Before Python 3.12 positions inside f-strings are not the file's.
            raise _ambiguous(old)
        lines[row] = line[:column] + changed[old].encode() + line[column + len(text) :]
    return b"\n".join(lines).decode()


def _ambiguous(name: str) -> Exception:
    return invalid(
        f"`{name}` would become private, but cannot be renamed safely in the source (a local name "
        f"or an f-string has it): name the function `_{name.lstrip('_')}` in your cell."
    )
