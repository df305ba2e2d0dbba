"""The form of a capability's source, all that is wrong with it at once: it only defines."""

import ast
import importlib.machinery
import sys
from collections.abc import Iterator
from typing import Final

from lathe_library import facts
from lathe_library.facts import FunctionNode, Kind, Refusal
from lathe_library.findings import Finding, finding

_HARMLESS_DECORATORS: Final = frozenset(
    {
        "staticmethod",
        "classmethod",
        "property",
        "dataclass",
        "dataclasses.dataclass",
        "contextmanager",
        "contextlib.contextmanager",
        "override",
        "typing.override",
        "overload",
        "typing.overload",
        "final",
        "typing.final",
        "wraps",
        "functools.wraps",
        "total_ordering",
        "functools.total_ordering",
    }
)
_CACHES: Final = frozenset({"cache", "lru_cache", "cached_property", "singledispatch"})
_PRIVATE_MODULES: Final = frozenset(
    {
        "lathe_kernel",
        "lathe_library",
        "_lathe_channel",
        "_lathe_trees",
        "__main__",
        "_pytest",
        "pytest",
        "IPython",
    }
)
_OUTSIDE_WORDS: Final = (
    "aiohttp asyncio boto3 concurrent ctypes ftplib gc http httpx imaplib multiprocessing os "
    "paramiko pickle poplib pty requests select shutil signal smtplib socket socketserver ssl "
    "subprocess sys telnetlib threading urllib urllib3 webbrowser xmlrpc"
)
_OUTSIDE: Final = frozenset(_OUTSIDE_WORDS.split())


def form_findings(module: ast.Module, source: str, kind: Kind, name: str) -> list[Finding]:
    """Return what is wrong with the form of a module: what it defines, runs and imports."""
    found = [*_definitions(module, kind, name), *_at_import(module), *_imports(module)]
    if kind == "function":
        found += _documented(module, name)
    if not found:
        try:
            facts.read(source, kind, name)
        except Refusal as refusal:
            found.append(finding("form", None, str(refusal)))
    return found


def imports(module: ast.Module) -> list[str]:
    """Return the modules that are imported anywhere in a module, sorted."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return sorted(names)


def host_calls(module: ast.Module) -> list[str]:
    """Return what of `lathe` a module uses, sorted."""
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "lathe":
                found.add(f"lathe.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lathe."):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return sorted(found)


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a name or an attribute of one; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def functions(module: ast.Module) -> Iterator[FunctionNode]:
    """Return every function of a module, nested ones and methods too."""
    for node in ast.walk(module):
        if isinstance(node, FunctionNode):
            yield node


def _definitions(module: ast.Module, kind: Kind, name: str) -> list[Finding]:
    allowed = {name} if kind == "function" else {"prepare", "check"}
    shown = f"`{name}`" if kind == "function" else "`prepare` and `check`"
    found: list[Finding] = []
    seen: list[str] = []
    for node in module.body:
        if isinstance(node, FunctionNode | ast.ClassDef):
            if isinstance(node, FunctionNode) and node.name in allowed:
                seen.append(node.name)
            elif not node.name.startswith("_"):
                reason = f"`{node.name}` is public; besides {shown} call it `_{node.name}`."
                found.append(finding("one-public-name", node.lineno, reason))
    for one in allowed:
        if seen.count(one) > 1 or (kind == "function" and one not in seen):
            reason = f"there must be one function `{one}`, there are {seen.count(one)}."
            found.append(finding("one-public-name", None, reason))
    return found


def _at_import(module: ast.Module) -> list[Finding]:
    found: list[Finding] = []
    for position, node in enumerate(module.body):
        if not _only_defines(node, position):
            reason = (
                f"line {node.lineno} ({_shown(node)}) runs when the file is imported: at module "
                "level only imports, constants and definitions."
            )
            found.append(finding("code-at-import", node.lineno, reason))
    for node in ast.walk(module):
        if isinstance(node, FunctionNode):
            found += _of_signature(node)
        elif isinstance(node, ast.ClassDef):
            found += _of_class(node)
    return found


def _only_defines(node: ast.stmt, position: int) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | FunctionNode | ast.ClassDef):
        return True
    if isinstance(node, ast.Expr):
        return position == 0 and isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        plain = len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        return plain and _is_literal(node.value)
    if isinstance(node, ast.AnnAssign):
        return (
            isinstance(node.target, ast.Name) and node.value is not None and _is_literal(node.value)
        )
    return False


def _of_signature(node: FunctionNode) -> list[Finding]:
    found: list[Finding] = []
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        text = dotted(called)
        if text.rpartition(".")[2] in _CACHES:
            reason = f"`@{text}` keeps results between calls: compute them, or take a parameter."
            found.append(finding("hidden-state", decorator.lineno, reason))
        elif text not in _HARMLESS_DECORATORS and not text.endswith((".setter", ".getter")):
            reason = f"the decorator `{_shown(decorator)}` runs at import: call it in the body."
            found.append(finding("code-at-import", decorator.lineno, reason))
    defaults = [*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)]
    for default in defaults:
        if isinstance(default, ast.List | ast.Dict | ast.Set):
            reason = f"the default of a parameter of `{node.name}` can be changed: use None."
            found.append(finding("hidden-state", default.lineno, reason))
        elif any(
            isinstance(one, ast.Call | ast.Await | ast.NamedExpr) for one in ast.walk(default)
        ):
            reason = f"a default of `{node.name}` is computed at import: use None, and the body."
            found.append(finding("code-at-import", default.lineno, reason))
    for annotation in _annotations(node):
        if any(isinstance(one, ast.Call | ast.NamedExpr) for one in ast.walk(annotation)):
            reason = f"a type hint of `{node.name}` calls something at import."
            found.append(finding("code-at-import", annotation.lineno, reason))
    return found


def _of_class(node: ast.ClassDef) -> list[Finding]:
    found: list[Finding] = []
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if dotted(called) not in _HARMLESS_DECORATORS:
            reason = f"the decorator `{_shown(decorator)}` of a class runs at import."
            found.append(finding("code-at-import", decorator.lineno, reason))
    for base in [*node.bases, *(one.value for one in node.keywords)]:
        if any(isinstance(one, ast.Call) for one in ast.walk(base)):
            found.append(finding("code-at-import", base.lineno, "a base of a class is a call."))
    for position, statement in enumerate(node.body):
        bare = isinstance(statement, ast.AnnAssign) and statement.value is None
        if not (bare or isinstance(statement, ast.Pass) or _only_defines(statement, position)):
            reason = f"{_shown(statement)} in a class runs at import: constants and methods only."
            found.append(finding("code-at-import", statement.lineno, reason))
    return found


def _imports(module: ast.Module) -> list[Finding]:
    found: list[Finding] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            roots = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level or any(alias.name == "*" for alias in node.names):
                reason = "import names one by one and from full module names."
                found.append(finding("form", node.lineno, reason))
            roots = [(node.module or "").partition(".")[0]]
        else:
            continue
        for root in roots:
            found += _of_root(root, node.lineno)
    return found


def _of_root(root: str, line: int) -> list[Finding]:
    if root in _PRIVATE_MODULES:
        return [finding("private-import", line, f"`{root}` is not for capabilities to import.")]
    if root and root != "lathe" and not _is_there(root):
        reason = (
            f"`{root}` is not installed in kernels, and cannot be installed there: do without it."
        )
        return [finding("missing-dependency", line, reason)]
    if root in _OUTSIDE:
        reason = f"it imports `{root}`, which reaches beyond the data: files, processes or network."
        return [finding("reaches-out", line, reason)]
    return []


def _is_there(root: str) -> bool:
    if root in sys.stdlib_module_names or root in sys.builtin_module_names:
        return True
    # Looks for the file and runs nothing of it.
    return importlib.machinery.PathFinder.find_spec(root) is not None


def _documented(module: ast.Module, name: str) -> list[Finding]:
    node = next(
        (one for one in module.body if isinstance(one, FunctionNode) and one.name == name), None
    )
    if node is None:
        return []
    found: list[Finding] = []
    if missing := facts.untyped(node):
        reason = f"`{name}` lacks type hints for: {', '.join(missing)}."
        found.append(finding("type-hints", node.lineno, reason))
    if loose := [
        one.arg
        for one in node.args.args
        if one.annotation is not None and dotted(one.annotation) in ("Any", "typing.Any", "object")
    ]:
        reason = f"the type hints of {', '.join(loose)} say nothing: name what is expected."
        found.append(finding("loose-types", node.lineno, reason))
    docstring = ast.get_docstring(node)
    if not docstring:
        reason = f"`{name}` has no docstring: say in one sentence what it returns, with an example."
        return [*found, finding("docstring", node.lineno, reason)]
    return found + _example(docstring, node, name)


def _example(docstring: str, node: FunctionNode, name: str) -> list[Finding]:
    try:
        from doctest import DocTestParser

        examples = DocTestParser().get_examples(docstring)
    except ValueError as error:
        reason = f"its example cannot be read as a doctest: {error}"
        return [finding("docstring-example", node.lineno, reason)]
    if not any(_calls(one.source, name) and one.want.strip() for one in examples):
        reason = (
            f"its docstring has no example that runs: add `>>> {name}(…)` with small data made in "
            "the lines before, and what it gives on the line after."
        )
        return [finding("docstring-example", node.lineno, reason)]
    for one in examples:
        if one.want.strip() in ("...", "Traceback (most recent call last):\n    ..."):
            reason = "its example accepts anything (`...`): write down what comes out."
            return [finding("docstring-example", node.lineno, reason)]
    return []


def _calls(source: str, name: str) -> bool:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    return any(isinstance(one, ast.Call) and dotted(one.func) == name for one in ast.walk(tree))


def _annotations(node: FunctionNode) -> list[ast.expr]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    every += [one for one in (node.args.vararg, node.args.kwarg) if one is not None]
    return [one for one in (*(a.annotation for a in every), node.returns) if one is not None]


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else text[:59] + "…"
