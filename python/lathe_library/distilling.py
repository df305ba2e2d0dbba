"""What sessions did that deserves saving: functions that were used, code that repeats, agents.

Cells are read as syntax trees and never run.
"""

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from lathe_library import folder, likeness
from lathe_library.facts import FunctionNode, Kind
from lathe_library.folder import Shelf
from lathe_library.refusals import Refusal

MAXIMUM_CANDIDATES: Final = 20
MAXIMUM_CELLS: Final = 1_000
_ALIKE: Final = 0.7
# Smaller code says nothing that is worth a name; in nodes of its syntax tree.
_SMALLEST_FUNCTION: Final = 12
_SMALLEST_PATTERN: Final = 30
_LONGEST_CODE: Final = 20_000


@dataclass(frozen=True)
class Cell:
    """A cell that worked."""

    session: str
    number: int
    code: str


@dataclass
class Candidate:
    """Something that may deserve saving, with what speaks for it."""

    kind: Kind
    name: str
    code: str
    hashes: frozenset[str]
    uses: int = 0
    cells: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    what: str = "function"
    standing: tuple[str, str, float] | None = None

    def found_in(self, session: str, *cells: int) -> None:
        """Add cells of a session."""
        self.cells.setdefault(session, set()).update(cells)

    @property
    def deserves(self) -> bool:
        """Tell whether it was used more than once and the library does not have it."""
        is_there = self.standing is not None and self.standing[2] >= 1
        return not is_there and (self.uses >= 2 or len(self.cells) >= 2)

    def rank(self) -> tuple[bool, bool, int, int, str]:
        """Return where it stands among others: what deserves it first, and what has a name."""
        return not self.deserves, not self.name, -len(self.cells), -self.uses, self.name

    def told(self) -> dict[str, Any]:
        """Return it as lathe reads it."""
        path, status, alike = self.standing or ("", "", 0.0)
        return {
            "kind": self.kind,
            "name": self.name,
            "what": self.what,
            "reason": self._reason(),
            "uses": self.uses,
            "sessions": [
                {"name": name, "cells": sorted(cells)[:50]} for name, cells in self.cells.items()
            ],
            "code": self.code[:_LONGEST_CODE],
            "deserves": self.deserves,
            "like": {"path": path, "status": status, "likeness": alike} if path else None,
        }

    def _reason(self) -> str:
        times = "once" if self.uses == 1 else f"{self.uses} times"
        sessions = "" if len(self.cells) == 1 else f" in {len(self.cells)} sessions"
        match self.what:
            case "function":
                text = f"defined in a cell and called {times} with success{sessions}"
            case "agent":
                text = f"completed {times}{sessions}"
            case _:
                text = f"nearly the same code {times}{sessions}"
        if self.standing is None:
            return text
        path, status, alike = self.standing
        same = "is the same as" if alike >= 1 else f"resembles ({alike:.0%})"
        return f"{text}; {same} {path} ({status})"


def distilled(root: Path, request: Mapping[str, object]) -> dict[str, Any]:
    """Return what the cells and agents of sessions offer, the best first, and what was not read.

    Raises:
        Refusal: the request has another form.
    """
    cells, left_out = _cells(request)
    trees: list[tuple[Cell, ast.Module]] = []
    unread = 0
    for cell in cells:
        tree = _parsed(cell.code)
        unread += tree is None
        if tree is not None:
            trees.append((cell, tree))
    found = [*_functions(trees), *_patterns(trees), *_agents(request)]
    _compare(root, found)
    order = sorted(found, key=Candidate.rank)
    return {
        "candidates": [one.told() for one in order[:MAXIMUM_CANDIDATES]],
        "more": max(len(order) - MAXIMUM_CANDIDATES, 0),
        "unread": unread,
        "left_out": left_out,
    }


def _cells(request: Mapping[str, object]) -> tuple[list[Cell], int]:
    """Return the newest cells that are looked at, and how many were left out."""
    cells: list[Cell] = []
    for session in _objects(request.get("sessions")):
        name = session.get("name")
        for one in _objects(session.get("cells")):
            number, code = one.get("number"), one.get("code")
            if isinstance(name, str) and isinstance(number, int) and isinstance(code, str):
                cells.append(Cell(name, number, code))
    return cells[-MAXIMUM_CELLS:], max(len(cells) - MAXIMUM_CELLS, 0)


def _parsed(code: str) -> ast.Module | None:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        return cast("ast.Module", compile(code, "cell", "exec", flags, dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None


def _functions(trees: list[tuple[Cell, ast.Module]]) -> list[Candidate]:
    """Return the functions that cells define and cells call, near-equal ones as one."""
    found: list[Candidate] = []
    defined: dict[tuple[str, str], Candidate] = {}
    for cell, tree in trees:
        for node in tree.body:
            if isinstance(node, FunctionNode) and not node.name.startswith(("_", "test_")):
                candidate = _candidate(cell, node, found)
                if candidate is not None:
                    defined[cell.session, node.name] = candidate
        for name, count in _called(tree):
            candidate = defined.get((cell.session, name))
            if candidate is not None:
                candidate.uses += count
                candidate.found_in(cell.session, cell.number)
    return [one for one in found if one.uses]


def _candidate(cell: Cell, node: FunctionNode, found: list[Candidate]) -> Candidate | None:
    code = ast.get_source_segment(cell.code, node) or ast.unparse(node)
    hashes, size = likeness.code_hashes([node])
    is_of_lathe = any(isinstance(one, ast.Name) and one.id == "lathe" for one in ast.walk(node))
    if size < _SMALLEST_FUNCTION or is_of_lathe:
        return None
    same = next((one for one in found if _overlap(one.hashes, hashes) >= _ALIKE), None)
    if same is None:
        same = Candidate("function", node.name, code, hashes)
        found.append(same)
    # The newest form is the one that is shown and compared.
    same.name, same.code, same.hashes = node.name, code, hashes
    same.found_in(cell.session, cell.number)
    return same


def _called(tree: ast.Module) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for node in tree.body:
        own = node.name if isinstance(node, FunctionNode) else ""
        for one in ast.walk(node):
            if isinstance(one, ast.Call):
                # Handed to `map`, `apply` and the like counts as a call, too.
                named = [one.func, *one.args, *(keyword.value for keyword in one.keywords)]
                for name in {part.id for part in named if isinstance(part, ast.Name)} - {own}:
                    counts[name] = counts.get(name, 0) + 1
    return list(counts.items())


def _patterns(trees: list[tuple[Cell, ast.Module]]) -> list[Candidate]:
    """Return code of cells that came again: in two sessions, or three times in one."""
    found: list[Candidate] = []
    for cell, tree in trees:
        kept = [node for node in tree.body if not _says_nothing(node)]
        hashes, size = likeness.code_hashes(kept)
        if size < _SMALLEST_PATTERN:
            continue
        same = next((one for one in found if _overlap(one.hashes, hashes) >= _ALIKE), None)
        if same is None:
            same = Candidate("function", "", "", hashes, what="pattern")
            found.append(same)
        same.code, same.hashes = "\n".join(ast.unparse(node) for node in kept), hashes
        same.uses += 1
        same.found_in(cell.session, cell.number)
    return [one for one in found if len(one.cells) >= 2 or one.uses >= 3]


def _says_nothing(node: ast.stmt) -> bool:
    """Tell what of a cell is no step of the work: definitions, imports, what is said or asked."""
    if isinstance(node, FunctionNode | ast.ClassDef | ast.Import | ast.ImportFrom):
        return True
    return any(isinstance(one, ast.Name) and one.id == "lathe" for one in ast.walk(node))


def _agents(request: Mapping[str, object]) -> list[Candidate]:
    """Return agents that sessions defined for themselves and that completed."""
    found: dict[tuple[str, str], Candidate] = {}
    for session in _objects(request.get("sessions")):
        for one in _objects(session.get("agents")):
            name, text, completed = one.get("name"), one.get("instructions"), one.get("completed")
            if not (isinstance(name, str) and isinstance(text, str) and isinstance(completed, int)):
                continue
            if completed < 1:
                continue
            key = (name, " ".join(text.split()))
            code = f"{text}\n\nreturns: {json.dumps(one.get('returns'), ensure_ascii=False)}"
            hashes = frozenset([key[1]])
            made = Candidate("agent", name, code, hashes, what="agent")
            candidate = found.setdefault(key, made)
            candidate.uses += completed
            numbers = [n for n in _list(one.get("cells")) if isinstance(n, int)]
            candidate.found_in(str(session.get("name")), *numbers)
    return list(found.values())


def _compare(root: Path, found: list[Candidate]) -> None:
    """Note what of the library each candidate is the same as, or resembles."""
    for entry in folder.index(root):
        kind: Kind = "function" if entry["kind"] == "function" else "agent"
        wanted = [one for one in found if one.kind == kind]
        hashes = _known(root, kind, entry["name"], entry["shelf"]) if wanted else frozenset[str]()
        for one in wanted:
            alike = round(_overlap(one.hashes, hashes), 2)
            if alike >= _ALIKE and (one.standing is None or alike > one.standing[2]):
                one.standing = (entry["path"], entry["status"], alike)


def _known(root: Path, kind: Kind, name: str, shelf: Shelf) -> frozenset[str]:
    try:
        record = folder.record(root, kind, name, shelf)
        if kind == "agent":
            text = (record.facts.instructions if record.facts else None) or ""
            return frozenset([" ".join(text.split())]) if text else frozenset()
        body = ast.parse(record.body).body
    except (Refusal, SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    functions = [likeness.code_hashes([one])[0] for one in body if isinstance(one, FunctionNode)]
    return frozenset[str]().union(*functions)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    whole = len(one | other)
    return len(one & other) / whole if whole else 0.0


def _objects(value: object) -> Iterable[dict[str, object]]:
    return [cast("dict[str, object]", one) for one in _list(value) if isinstance(one, dict)]


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
