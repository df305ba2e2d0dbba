"""State that outlives a call: what a function changes besides what it returns."""

import ast
from typing import Final

from lathe_library.facts import FunctionNode
from lathe_library.findings import Finding, finding
from lathe_library.form import dotted, functions

_CHANGERS_WORDS: Final = (
    "add append appendleft clear discard extend insert intersection_update pop popitem popleft "
    "remove reverse setdefault sort symmetric_difference_update update write"
)
_CHANGERS: Final = frozenset(_CHANGERS_WORDS.split())
_SETTINGS: Final = frozenset(
    {
        "pd.set_option",
        "pandas.set_option",
        "np.random.seed",
        "numpy.random.seed",
        "np.seterr",
        "numpy.seterr",
        "random.seed",
        "warnings.filterwarnings",
        "warnings.simplefilter",
        "locale.setlocale",
        "os.chdir",
        "os.putenv",
        "os.umask",
        "sys.setrecursionlimit",
        "plt.style.use",
        "matplotlib.use",
        "sns.set_theme",
    }
)


def state_findings(module: ast.Module) -> list[Finding]:
    """Return where functions keep something between calls, or change modules and settings."""
    bound = _module_names(module)
    found: list[Finding] = []
    for function in functions(module):
        local = _locals(function)
        for node in ast.walk(function):
            found += _of_node(
                node, {name: kind for name, kind in bound.items() if name not in local}
            )
    return found


def _module_names(module: ast.Module) -> dict[str, str]:
    """Return the names that a module binds, with what they are: import, constant or function."""
    names: dict[str, str] = {}
    for node in module.body:
        if isinstance(node, ast.Import):
            names |= {a.asname or a.name.partition(".")[0]: "import" for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: "import" for a in node.names}
        elif isinstance(node, FunctionNode | ast.ClassDef):
            names[node.name] = "function"
        elif isinstance(node, ast.Assign):
            names |= {one.id: "constant" for one in node.targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names[node.target.id] = "constant"
    return names


def _locals(function: FunctionNode) -> set[str]:
    """Return the names that a function binds itself, so that they hide a module's."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    names = {one.arg for one in every}
    declared: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Global):
            declared |= set(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names - declared


def _of_node(node: ast.AST, bound: dict[str, str]) -> list[Finding]:
    if isinstance(node, ast.Global):
        reason = f"it changes the module's {', '.join(node.names)}: return the value instead."
        return [finding("hidden-state", node.lineno, reason)]
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(
        node.ctx, ast.Store | ast.Del
    ):
        return _changed(node, node.lineno, bound)
    if isinstance(node, ast.Call):
        if (text := dotted(node.func)) in _SETTINGS:
            reason = f"`{text}` changes a setting for everything else in the kernel."
            return [finding("global-setting", node.lineno, reason)]
        if isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr") and node.args:
            return _changed(node.args[0], node.lineno, bound)
        if isinstance(node.func, ast.Name) and node.func.id in ("globals", "vars"):
            reason = f"`{node.func.id}()` reaches the module's own names: use variables."
            return [finding("hidden-state", node.lineno, reason)]
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGERS:
            root = _root(node.func.value)
            if bound.get(root) in ("constant", "function"):
                return _changed(node.func.value, node.lineno, bound)
    return []


def _changed(node: ast.AST, line: int, bound: dict[str, str]) -> list[Finding]:
    root = _root(node)
    kind = bound.get(root)
    if kind in ("constant", "function"):
        reason = f"it changes `{root}`, which outlives the call: use a variable of the function."
        return [finding("hidden-state", line, reason)]
    if kind == "import":
        reason = f"it changes `{root}`, which is not its own: other code would see it."
        return [finding("changes-others", line, reason)]
    return []


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
