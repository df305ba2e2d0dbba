"""What a capability's source says, read from its syntax tree."""

import ast
import keyword
import re
import sys
import warnings
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from lathe_library import agent_rights, limits
from lathe_library import profile as profiles
from lathe_library.refusals import Refusal

Kind = Literal["function", "agent"]

MAXIMUM_BYTES = 256 * 1024
_NAME = re.compile(r"[a-z][a-z0-9_]{1,63}\Z")
# Import names whose distribution is called otherwise.
_DISTRIBUTIONS = {
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Facts:
    """What is known of a capability without running it."""

    kind: Kind
    name: str
    signature: str
    summary: str
    docstring: str
    dependencies: tuple[str, ...]
    instructions: str | None = None
    returns: Any = None
    has_prepare: bool = False
    has_check: bool = False
    limits: dict[str, int] | None = None
    model: str | None = None
    budget: dict[str, Any] | None = None
    capabilities: list[str] | None = None
    tools: list[str] | None = None
    # Of an agent: what others choose it by.
    profile: profiles.Profile | None = None
    constants: dict[str, Any] = field(default_factory=dict[str, Any])


def read(source: str, kind: Kind, name: str) -> Facts:
    """Return the facts of a source without its block.

    Raises:
        Refusal: it does not have the form of a capability.
    """
    require_name(name)
    module = parsed(source)
    _require_module_level(module, kind, name)
    return _function_facts(module, name) if kind == "function" else _agent_facts(module, name)


def require_name(name: str) -> None:
    """Refuse what is no name of a capability."""
    if not _NAME.match(name) or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise Refusal(
            f"{name!r:.80} is not a name: use 2 to 64 lowercase letters, digits and underscores, "
            "starting with a letter, and no keyword."
        )


def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a source within the bounds.

    Raises:
        Refusal: it is too large, not Python, or nested too deeply.
    """
    if len(source.encode("utf-8", "replace")) > MAXIMUM_BYTES:
        raise Refusal(f"the source is larger than {MAXIMUM_BYTES // 1024} KiB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        raise Refusal(f"it is not valid Python: {error.msg}, line {error.lineno}.") from None
    except (ValueError, RecursionError, MemoryError, OverflowError):
        raise Refusal(
            "it is not Python that can be read: nested too deeply, or with a NUL."
        ) from None


def signature(node: FunctionNode) -> str:
    """Return `name(parameters) -> type` in one line."""
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    return " ".join(f"{prefix}{node.name}({ast.unparse(node.args)}){returns}".split())


def summary(docstring: str) -> str:
    """Return the first sentence of a docstring's first paragraph."""
    paragraph = " ".join(docstring.strip().split("\n\n")[0].split())
    match = re.match(r".+?[.!?](?=\s|$)", paragraph)
    return (match.group(0) if match else paragraph)[:300]


def dependencies(module: ast.Module) -> tuple[str, ...]:
    """Return the distributions of the third-party packages that a module imports, sorted."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    outside = {one for one in names if one not in sys.stdlib_module_names and one != "lathe"}
    return tuple(sorted(_DISTRIBUTIONS.get(one, one) for one in outside))


def untyped(node: FunctionNode) -> list[str]:
    """Return what lacks a type hint: parameter names, and `return`."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    every += [one for one in (node.args.vararg, node.args.kwarg) if one is not None]
    missing = [argument.arg for argument in every if argument.annotation is None]
    return missing + ([] if node.returns is not None else ["return"])


def _function_facts(module: ast.Module, name: str) -> Facts:
    (node,) = [one for one in module.body if isinstance(one, FunctionNode) and one.name == name]
    docstring = ast.get_docstring(node)
    if not docstring:
        raise Refusal(f"`{name}` has no docstring: say in one sentence what it returns.")
    if missing := untyped(node):
        raise Refusal(f"`{name}` lacks type hints for: {', '.join(missing)}.")
    return Facts(
        "function", name, signature(node), summary(docstring), docstring, dependencies(module)
    )


def _agent_facts(module: ast.Module, name: str) -> Facts:
    docstring = ast.get_docstring(module)
    if not docstring:
        raise Refusal(f"agent `{name}` has no docstring: say in one sentence what it is for.")
    constants = _constants(module)
    instructions = constants.get("INSTRUCTIONS")
    if not isinstance(instructions, str) or not instructions.strip():
        raise Refusal("INSTRUCTIONS must be a text that is not empty.")
    if "RETURNS" not in constants:
        raise Refusal("RETURNS is missing: a JSON Schema, or None.")
    returns = constants["RETURNS"]
    if returns is not None and not isinstance(returns, dict):
        raise Refusal("RETURNS must be a JSON Schema (a dict), or None.")
    try:
        allowed = limits.checked(constants.get("LIMITS"))
    except Refusal as refusal:
        raise Refusal(f"LIMITS: {refusal}") from None
    rights = agent_rights.read(module, constants)
    functions = {one.name for one in module.body if isinstance(one, FunctionNode)}
    members = cast("dict[str, Any]", returns or {}).get("properties")
    shown = ", ".join(cast("dict[str, Any]", members)) if isinstance(members, dict) else ""
    return Facts(
        "agent",
        name,
        f"{name} -> {{{shown}}}" if shown else name,
        summary(docstring),
        docstring,
        dependencies(module),
        instructions,
        cast("Any", returns),
        "prepare" in functions,
        "check" in functions,
        limits=allowed,
        model=rights.model,
        budget=rights.budget,
        capabilities=rights.capabilities,
        tools=rights.tools,
        profile=profiles.read(constants),
    )


def _require_module_level(module: ast.Module, kind: Kind, name: str) -> None:
    allowed = {name} if kind == "function" else {"prepare", "check"}
    seen: list[str] = []
    for position, node in enumerate(module.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            _require_import(node)
        elif isinstance(node, FunctionNode | ast.ClassDef):
            _require_definition(node, allowed, seen, kind, name)
        elif not (_is_docstring(node) and position == 0) and _constant(node) is None:
            raise Refusal(
                f"line {node.lineno} is neither an import, a constant nor a function: at module "
                "level a capability only defines."
            )
    if kind == "function" and seen.count(name) != 1:
        raise Refusal(
            f"there must be exactly one function named `{name}`, there are {seen.count(name)}."
        )


def _require_import(node: ast.Import | ast.ImportFrom) -> None:
    if isinstance(node, ast.ImportFrom) and (node.level or any(a.name == "*" for a in node.names)):
        raise Refusal(f"line {node.lineno}: import names one by one and from full module names.")


def _require_definition(
    node: FunctionNode | ast.ClassDef, allowed: set[str], seen: list[str], kind: Kind, name: str
) -> None:
    if isinstance(node, FunctionNode) and node.name in allowed:
        if node.name in seen:
            raise Refusal(f"there must be exactly one function named `{node.name}`.")
        seen.append(node.name)
    elif not node.name.startswith("_"):
        public = f"`{name}`" if kind == "function" else "`prepare` and `check`"
        raise Refusal(f"`{node.name}` is public; besides {public} only _private definitions are.")


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _constants(module: ast.Module) -> dict[str, Any]:
    return {
        name: value for node in module.body if (found := _constant(node)) for name, value in [found]
    }


def _constant(node: ast.stmt) -> tuple[str, Any] | None:
    """Return the name and the value of `NAME = literal`, or None."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target, value = node.target, node.value
    else:
        return None
    if not isinstance(target, ast.Name):
        return None
    try:
        return target.id, ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
