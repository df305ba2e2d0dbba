"""What runs in the processes of an examination: the import, the doctest and the tests."""

import doctest
import importlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

_LONGEST_REASON = 600
_OPTIONS = (
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:faulthandler",
    "--no-header",
    "--tb=short",
    "-o",
    "addopts=",
    "-o",
    "python_files=test_*.py",
)


class TestOutcome(TypedDict):
    """How one test ended; the reason is empty where it passed."""

    test: str
    reason: str


def load(name: str, member: str | None) -> Callable[[Path], object]:
    """Return what imports a module and finds `member` in it; its answer is a reason, or empty."""

    def run(_folder: Path) -> object:
        try:
            module = importlib.import_module(name)
            if member is not None and not callable(getattr(module, member, None)):
                return {"reason": f"it defines no function `{member}`"}
        except BaseException as error:
            return {"reason": told(error)}
        return {"reason": ""}

    return run


def doctests(name: str) -> Callable[[Path], object]:
    """Return what runs the examples in a module's docstrings; its answer is what went wrong."""

    def run(_folder: Path) -> object:
        module = importlib.import_module(name)
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
        failures: list[str] = []
        count = 0
        for one in doctest.DocTestFinder().find(module, name):
            output = io.StringIO()
            ended = runner.run(one, out=output.write, clear_globs=True)
            count += ended.attempted
            if ended.failed:
                failures.append(_bounded(_without_rule(output.getvalue())))
        return {"examples": count, "failures": failures[:5]}

    return run


def tests(file: str, *, first_failure: bool = False) -> Callable[[Path], object]:
    """Return what runs a file of tests; its answer is the outcome of each."""

    def run(folder: Path) -> object:
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        pytest = importlib.import_module("pytest")
        seen = _Outcomes()
        places = [f"--rootdir={folder}", f"--confcutdir={folder}", "-c", os.devnull]
        options = [*_OPTIONS, *places, str(folder / file)]
        if first_failure:
            options.append("-x")
        code = int(pytest.main(options, plugins=[seen]))
        return {"code": code, "tests": seen.listed()}

    return run


class _Outcomes:
    """A plugin of pytest that keeps how each test ended."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._found[Path(report.nodeid).name or "the tests"] = _crash(report)

    def pytest_runtest_logreport(self, report: Any) -> None:
        name = report.nodeid.rpartition("::")[2]
        if report.failed:
            self._found[name] = _crash(report)
        elif report.skipped:
            self._found[name] = "it was skipped"
        elif report.when == "call":
            self._found.setdefault(name, "")

    def listed(self) -> list[TestOutcome]:
        return [{"test": name[:200], "reason": reason} for name, reason in self._found.items()]


def told(error: BaseException) -> str:
    """Return an exception in one bounded line."""
    text = " ".join(str(error).split())
    return _bounded(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def warm() -> None:
    """Import what the forks need, once, before any code of others runs."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in ("pytest", "_pytest.assertion.rewrite", "pandas.testing", "numpy.testing"):
        importlib.import_module(name)
    sys.dont_write_bytecode = True


def _crash(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message) if crash is not None else str(report.longreprtext)
    return _bounded(text) or "it failed"


def _without_rule(text: str) -> str:
    lines = text.strip().split("\n")
    return "\n".join(line for line in lines if set(line) != {"*"} and not line.startswith("File "))


def _bounded(text: str) -> str:
    if len(text) <= _LONGEST_REASON:
        return text
    half = _LONGEST_REASON // 2
    return f"{text[:half]} [… {len(text) - 2 * half} characters left out …] {text[-half:]}"
