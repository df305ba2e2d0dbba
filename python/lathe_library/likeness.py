"""How alike two capabilities are: name, signature, words of the docstring, and what they do.

What they do is compared by their syntax trees with names replaced by their order, and docstrings
and type hints left out, as sets of hashes of subtrees: renaming, reordering and reformatting
change little of it.
"""

import ast
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from lathe_library import facts
from lathe_library.facts import FunctionNode, Kind, Refusal
from lathe_library.words import VERBS

NEAR: Final = 0.7
MAXIMUM_NEAR: Final = 5
_SMALLEST: Final = 4
_WEIGHTS: Final = {"source": 0.5, "docstring": 0.2, "name": 0.15, "signature": 0.15}
_ALIKE: Final = {"source": 0.7, "docstring": 0.6, "name": 0.75, "signature": 0.75}
_STOP: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "each",
        "for",
        "from",
        "given",
        "if",
        "in",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "returns",
        "return",
        "that",
        "the",
        "this",
        "to",
        "where",
        "which",
        "with",
    ]
)


@dataclass(frozen=True)
class Portrait:
    """What is compared of a capability."""

    kind: Kind
    name: str
    words: frozenset[str]
    name_words: frozenset[str]
    signature: frozenset[str]
    trees: frozenset[str]


@dataclass(frozen=True)
class Near:
    """A capability of the library that another one resembles."""

    kind: Kind
    name: str
    likeness: float
    alike: tuple[str, ...]


def portrait(source: str, kind: Kind, name: str) -> Portrait | None:
    """Return what is compared of a source; None where it cannot be read."""
    try:
        module = facts.parsed(source)
    except Refusal:
        return None
    function = next(
        (one for one in module.body if isinstance(one, FunctionNode) and one.name == name), None
    )
    described = ast.get_docstring(function if function is not None else module) or ""
    texts = _instructions(module) if kind == "agent" else ""
    prose = described.partition(">>>")[0].partition("Example")[0]
    return Portrait(
        kind,
        name,
        _words(f"{prose} {texts}"),
        frozenset(word for word in name.split("_") if word not in VERBS) or frozenset({name}),
        _signature(function),
        _trees(module),
    )


def near(one: Portrait, others: Iterable[Portrait]) -> list[Near]:
    """Return those of `others` that resemble `one`, most alike first; never itself."""
    found: list[Near] = []
    for other in others:
        if other.kind != one.kind or other.name == one.name:
            continue
        parts = {
            "source": _overlap(one.trees, other.trees),
            "docstring": _overlap(one.words, other.words),
            "name": _overlap(one.name_words, other.name_words),
            "signature": _overlap(one.signature, other.signature),
        }
        alike = tuple(part for part in _WEIGHTS if parts[part] >= _ALIKE[part])
        total = sum(_WEIGHTS[part] * value for part, value in parts.items())
        # The same code is the same, whatever it is called.
        likeness = round(max(total, parts["source"] if parts["source"] >= NEAR else 0.0), 2)
        if likeness >= NEAR and alike:
            found.append(Near(other.kind, other.name, likeness, alike))
    return sorted(found, key=lambda each: (-each.likeness, each.name))[:MAXIMUM_NEAR]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    whole = one | other
    return len(one & other) / len(whole) if whole else 0.0


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[a-z]{2,}", text.lower())
    return frozenset(word.rstrip("s") for word in found if word not in _STOP)


def _signature(function: FunctionNode | None) -> frozenset[str]:
    if function is None:
        return frozenset()
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    hints = [ast.unparse(a.annotation) if a.annotation is not None else "?" for a in every]
    parts = {f"{hint}#{hints[:place].count(hint)}" for place, hint in enumerate(hints)}
    parts |= {argument.arg for argument in every}
    returns = ast.unparse(function.returns) if function.returns is not None else "?"
    return frozenset(parts | {f"-> {returns}"})


def _instructions(module: ast.Module) -> str:
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = {one.id for one in node.targets if isinstance(one, ast.Name)}
            if "INSTRUCTIONS" in names and isinstance(node.value.value, str):
                return node.value.value
    return ""


def _trees(module: ast.Module) -> frozenset[str]:
    """Return the hashes of the subtrees of a module's functions and constants, names left out."""
    found: set[str] = set()
    for node in module.body:
        if isinstance(node, FunctionNode | ast.ClassDef | ast.Assign | ast.AnnAssign):
            _hashed(_Plain().visit(ast.parse(ast.unparse(node))), found)
    return frozenset(found)


def code_hashes(nodes: Sequence[ast.stmt]) -> tuple[frozenset[str], int]:
    """Return the hashes of the subtrees of statements, and how large these are.

    Names that one of them binds are left out in those after it.
    """
    found: set[str] = set()
    size, plain = 0, _Plain()
    for node in nodes:
        size += _hashed(plain.visit(ast.parse(ast.unparse(node))), found)[1]
    return frozenset(found), size


class _Plain(ast.NodeTransformer):
    """Takes out what does not change what code does: docstrings, type hints, names of variables."""

    def __init__(self) -> None:
        """Begin with no name seen."""
        self._names: dict[str, str] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Forget a function's name, hints and docstring."""
        self._bind(node.args)
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            node.body = node.body[1:] or [ast.Pass()]
        node.name, node.returns = "_", None
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Forget an argument's name and hint."""
        node.arg, node.annotation = self._named(node.arg), None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Forget a variable's hint."""
        self.generic_visit(node)
        if node.value is None:
            return ast.Pass()
        return ast.Assign(targets=[node.target], value=node.value)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace a variable's name by its place; what is not bound here keeps its name."""
        if isinstance(node.ctx, ast.Store) or node.id in self._names:
            node.id = self._named(node.id)
        return node

    def _bind(self, arguments: ast.arguments) -> None:
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self._named(one.arg)

    def _named(self, name: str) -> str:
        return self._names.setdefault(name, "v")


def _hashed(node: ast.AST, found: set[str]) -> tuple[str, int]:
    """Add the hashes of a tree's larger parts; return that of the whole, and its size."""
    parts: list[str] = [type(node).__name__]
    size = 1
    for name, value in ast.iter_fields(node):
        if name in ("ctx", "kind", "type_comment", "lineno"):
            continue
        members = (
            cast("list[object]", value) if isinstance(value, list) else [cast("object", value)]
        )
        for one in members:
            if isinstance(one, ast.AST):
                text, inner = _hashed(one, found)
                parts.append(text)
                size += inner
            elif one is not None:
                parts.append(repr(one))
    digest = hashlib.blake2b(" ".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()
    if size >= _SMALLEST:
        found.add(digest)
    return digest, size
