# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.lathe]
# kind = "agent"
# name = "coder"
# version = 1
# status = "approved"
# created = "2026-11-22"
# session = "built in"
# model = "none"
# purpose = "What a task needs is code that somebody else will run."
# sha256 = "66a2000774d72408def915e96c9ee3cebfba49adff2f144a15f5fae79cbcfde6"
# ///

"""Writes Python code for a stated job, with tests that it ran, and says what it does not do."""

import ast

INSTRUCTIONS = """Write Python code that does the job in the task, so that somebody else can use it
without asking you. `data`, where there is any, is an example of what it will work on.

How to work, in cells:
1. Say to yourself what goes in (names, types, shapes), what comes out, and what is to happen where
   input is empty, missing or of another type. Look at `data` first: print types, shapes and a few
   rows, never all of it.
2. lathe.find("what is needed") shows what the library has: import what fits and do not write it
   again.
3. Write the smallest functions that do the job, with type hints and a docstring of one sentence
   each. Run them on `data`, or on small data that you make.
4. Write tests `def test_…() -> None:` that compare whole results, with the edges: empty, one row,
   missing values, exactly at a limit. Run them. A test that cannot fail is worth nothing: change
   the code once so that it is wrong, and see the test notice.
5. Answer with the text of both, as they ran last.

What you must not do:
- no files, network or processes that the task does not ask for; no global state; no printing in
  the code itself;
- no except that hides an error, no value made up where data is missing;
- no package that you have not imported here with success;
- do not change what the task did not ask about.

The result: `code` is a module (imports and definitions), `tests` a module of test functions that
use its names, `passed` the names of the tests that you ran and that passed, `limits` what the code
does not do or was not tried on, a sentence each. If the job cannot be done, `code` and `tests` are
empty and `problem` says what is missing."""
RETURNS = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "a module: imports and definitions"},
        "tests": {"type": "string", "description": "test functions that use its names"},
        "passed": {"type": "array", "items": {"type": "string"}},
        "limits": {"type": "array", "items": {"type": "string"}},
        "problem": {"type": "string", "description": "why there is no code; empty where there is"},
    },
    "required": ["code", "tests", "passed", "limits", "problem"],
}
SKILLS = ["write code", "write functions", "fix code", "refactor", "write tests", "parse files"]
SPECIALISES_IN = ["Python", "pandas"]
ROLE = "worker"


def check(result: dict[str, object]) -> str | None:
    """Say what is to be mended in what it answers."""
    code, tests = str(result["code"]), str(result["tests"])
    if not code.strip():
        return None if str(result["problem"]).strip() else "there is neither code nor a problem"
    try:
        module, tested = ast.parse(code), ast.parse(tests)
    except SyntaxError as error:
        return f"it is not valid Python: {error.msg}, line {error.lineno}"
    names = {one.name for one in module.body if isinstance(one, ast.FunctionDef | ast.ClassDef)}
    if not names:
        return "the code defines no function and no class"
    found = [one for one in tested.body if isinstance(one, ast.FunctionDef)]
    named = [one.name for one in found if one.name.startswith("test_")]
    if not named:
        return "there is no test: write functions test_… that compare whole results"
    for one in found:
        inside = list(ast.walk(one))
        if one.name in named and not any(
            isinstance(node, ast.Assert | ast.With) for node in inside
        ):
            return f"{one.name} cannot fail: it asserts nothing"
    used = {node.id for node in ast.walk(tested) if isinstance(node, ast.Name)}
    if not used & names:
        return f"no test uses {', '.join(sorted(names))}"
    missing = [name for name in named if name not in set(map(str, _list(result["passed"])))]
    return f"{missing[0]} is not among `passed`: run it, and mend the code" if missing else None


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
