"""The form of a capability's tests: each can fail, calls what it tests, and leaves pytest alone."""

import ast
from typing import Final

from lathe_library import facts
from lathe_library.facts import FunctionNode, Kind, Refusal
from lathe_library.findings import Finding, finding
from lathe_library.form import dotted, imports

MAXIMUM_TESTS: Final = 100
# What ends, skips or rewrites a test run, or looks at whether one is under way.
_TAMPERING_WORDS: Final = (
    "os._exit os.abort os.kill os.killpg os.fork os.forkpty os.execv os.execve sys.exit "
    "sys.modules sys.settrace sys.setprofile sys._getframe quit exit breakpoint eval exec "
    "compile __import__ globals builtins pytest.skip pytest.xfail pytest.exit "
    "pytest.importorskip pytest.mark.skip pytest.mark.skipif pytest.mark.xfail "
    "pytest.register_assert_rewrite"
)
_TAMPERING: Final = frozenset(_TAMPERING_WORDS.split())
_FORBIDDEN_WORDS: Final = (
    "_pytest _lathe_channel _lathe_trees atexit builtins ctypes faulthandler gc importlib inspect "
    "lathe_kernel lathe_library multiprocessing pluggy signal socket subprocess threading"
)
_FORBIDDEN: Final = frozenset(_FORBIDDEN_WORDS.split())
_RAISING: Final = ("pytest.raises", "pytest.warns", "pytest.fail", "pytest.deprecated_call")


def tests_findings(tests: str, kind: Kind, name: str) -> list[Finding]:
    """Return what is wrong with the text of a capability's tests, all at once."""
    try:
        module = facts.parsed(tests)
    except Refusal as refusal:
        return [finding("tests-form", None, f"its tests: {refusal}")]
    found = [*_module_level(module), *_tampering(module)]
    written = [
        one for one in module.body if isinstance(one, FunctionNode) and one.name.startswith("test_")
    ]
    if not written:
        reason = "its tests hold no function `test_…`."
        return [*found, finding("tests-form", None, reason)]
    if len(written) > MAXIMUM_TESTS:
        reason = f"there are {len(written)} tests; keep the {MAXIMUM_TESTS} that say most."
        found.append(finding("tests-form", None, reason))
    helpers = {one.name: one for one in module.body if isinstance(one, FunctionNode)}
    bound = _bound_to(module, name)
    for one in written:
        found += _test_findings(one, helpers, bound, kind, name)
    return found


def _module_level(module: ast.Module) -> list[Finding]:
    found: list[Finding] = []
    names: set[str] = set()
    for position, node in enumerate(module.body):
        if isinstance(node, FunctionNode):
            if node.name in names:
                reason = f"two functions are called `{node.name}`: only the last would run."
                found.append(finding("tests-form", node.lineno, reason))
            names.add(node.name)
            if node.name.startswith("pytest_"):
                reason = f"`{node.name}` is a hook of pytest: tests only test."
                found.append(finding("test-tampers", node.lineno, reason))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if not all(isinstance(one, ast.Name) for one in targets):
                reason = "it changes something of others when it is imported."
                found.append(finding("test-tampers", node.lineno, reason))
        elif not (
            isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef)
            or (position == 0 and isinstance(node, ast.Expr))
        ):
            reason = "at module level tests only import, define and name constants."
            found.append(finding("tests-form", node.lineno, reason))
    return found


def _tampering(module: ast.Module) -> list[Finding]:
    found: list[Finding] = []
    imported = _imported(module)
    for node in ast.walk(module):
        line = getattr(node, "lineno", None)
        text = dotted(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        if text in _TAMPERING or text == "pytest_plugins":
            reason = f"`{text}` ends, skips or changes the run of the tests: take it out."
            found.append(finding("test-tampers", line, reason))
        elif _changes(node) and _root(node) in imported:
            reason = f"it changes `{ast.unparse(node)[:60]}`, which is not the test's own."
            found.append(finding("test-tampers", line, reason))
    for one in imports(module):
        if one.partition(".")[0] in _FORBIDDEN or one == "unittest.mock":
            reason = f"`{one}` has no place in the tests of a capability: call it, and compare."
            found.append(finding("test-tampers", None, reason))
    return found


def _test_findings(
    test: FunctionNode, helpers: dict[str, FunctionNode], bound: set[str], kind: Kind, name: str
) -> list[Finding]:
    found: list[Finding] = []
    reached = _reached(test, helpers)
    if kind == "function" and not any(_mentions(one, bound, name) for one in reached):
        reason = f"`{test.name}` never calls `{name}`."
        found.append(finding("test-never-calls", test.lineno, reason))
    checks = [node for one in reached for node in ast.walk(one) if _is_check(node)]
    if not checks:
        reason = f"`{test.name}` asserts nothing: compare what `{name}` gives with what it should."
        found.append(finding("test-asserts-nothing", test.lineno, reason))
    elif all(_is_constant(node) for node in checks):
        reason = f"`{test.name}` asserts only what is always true."
        found.append(finding("test-cannot-fail", test.lineno, reason))
    found += [
        finding("test-cannot-fail", node.lineno, f"`{test.name}` catches its own failure.")
        for one in reached
        for node in ast.walk(one)
        if isinstance(node, ast.ExceptHandler) and _catches_failures(node)
    ]
    return found


def _reached(test: FunctionNode, helpers: dict[str, FunctionNode]) -> list[FunctionNode]:
    """Return a test and the module's functions that it uses: by name, or as fixtures."""
    found, waiting = {test.name: test}, [test]
    while waiting:
        one = waiting.pop()
        names = {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
        names |= {argument.arg for argument in one.args.args}
        for name in names & helpers.keys() - found.keys():
            found[name] = helpers[name]
            waiting.append(helpers[name])
    return list(found.values())


def _mentions(function: FunctionNode, bound: set[str], name: str) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in bound:
            return True
        if isinstance(node, ast.Attribute) and node.attr == name:
            return True
    return False


def _bound_to(module: ast.Module, name: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name for one in node.names if one.name == name}
    return found


def _is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.Call):
        text = dotted(node.func)
        return text in _RAISING or text.rpartition(".")[2].lstrip("_").startswith("assert_")
    return False


def _is_constant(node: ast.AST) -> bool:
    if not isinstance(node, ast.Assert):
        return False
    return _is_true(node.test) or not any(
        isinstance(one, ast.Name | ast.Call | ast.Attribute) for one in ast.walk(node.test)
    )


def _is_true(node: ast.expr) -> bool:
    """Tell whether an expression is true whatever its names stand for."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.BoolOp):
        of = any if isinstance(node.op, ast.Or) else all
        return of(_is_true(one) for one in node.values)
    return isinstance(node, ast.Tuple) and bool(node.elts)


def _catches_failures(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type
    names = [
        dotted(one)
        for one in (kinds.elts if isinstance(kinds, ast.Tuple) else [kinds])
        if one is not None
    ]
    broad = kinds is None or bool({"AssertionError", "Exception", "BaseException"} & set(names))
    return broad and not any(isinstance(one, ast.Raise | ast.Assert) for one in ast.walk(handler))


def _imported(module: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {one.asname or one.name.partition(".")[0] for one in node.names}
    return found


def _changes(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Subscript) and isinstance(
        node.ctx, ast.Store | ast.Del
    )


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
