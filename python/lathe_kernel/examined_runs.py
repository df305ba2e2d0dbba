"""What runs in the processes of an examination: the import, the doctest and the tests.

pytest is started once, in a process that runs nothing of the proposal; each run of tests is a fork
of it that goes on from there.
"""

import contextlib
import doctest
import importlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypedDict

from lathe_kernel.examined_reach import Reach

_LONGEST_REASON = 600
# What tests use of these packages beside themselves.
_WARM = {
    "numpy": ("numpy.testing",),
    "pandas": ("pandas.testing", "numpy.testing", "pandas.io.parquet", "pyarrow.dataset"),
}
_OPTIONS = (
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:faulthandler",
    # A file for what is printed would be one and the same for all forks.
    "--capture=sys",
    "--no-header",
    "--tb=short",
    "-o",
    "addopts=",
    "-o",
    "python_files=test_*.py",
)


@dataclass(frozen=True)
class Run:
    """One piece of a proposal: what is done, with which files, and for how long at most."""

    what: Literal["load", "doctests", "tests"]
    seconds: float
    files: str = "own"
    source: str | None = None
    """In place of the files' own source."""
    order: list[str] = field(default_factory=list[str])
    """Tests that run before the others."""
    is_short: bool = False
    """Ends with the first failure."""
    is_told: bool = True
    """Reasons of failures are wanted."""
    is_traced: bool = False


class TestOutcome(TypedDict):
    """How one test ended; the reason is empty where it passed."""

    test: str
    reason: str


def body(run: Run, name: str, member: str | None, session: Any) -> Callable[[Path], object]:
    """Return what a process does for one piece of the proposal `name`."""
    match run.what:
        case "load":
            return _load(name, member)
        case "doctests":
            return _doctests(name)
        case "tests":
            return _tests(run, f"test_{name}.py", session)


def _load(name: str, member: str | None) -> Callable[[Path], object]:
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


def _doctests(name: str) -> Callable[[Path], object]:
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


def _tests(asked: Run, file: str, session: Any) -> Callable[[Path], object]:
    """Return what runs a file of tests in a fork of pytest's `session`.

    Its answer is the outcome of each, and where that was asked for the lines that each reached.
    """

    def run(folder: Path) -> object:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
        reach = Reach(folder / file.removeprefix("test_")) if asked.is_traced else None
        seen = _Outcomes(asked.order, reach)
        session.config.pluginmanager.register(seen)
        if asked.is_short:
            session.config.option.maxfail = 1
        if not asked.is_told:
            # Looking for the source of each line takes longer than most tests.
            session.config.option.tbstyle = "native"
        interruptions = (session.Failed, session.Interrupted, KeyboardInterrupt)
        with contextlib.suppress(*interruptions), seen.traced():
            session.perform_collect([str(folder / file)])
            session.config.hook.pytest_runtestloop(session=session)
        return {"tests": seen.listed(), "reach": reach and reach.listed()}

    return run


def known(names: Collection[str]) -> list[str]:
    """Return those of the packages that are known to start no threads and to end."""
    return [name for name in names if name.split(".")[0] in _WARM]


def in_pytest(root: Path, serve: Callable[[Any], None]) -> None:
    """Start pytest in the folder `root`, and call `serve` with its session, ready for tests."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    pytest = importlib.import_module("pytest")
    nothing = tempfile.mkdtemp(prefix="nothing-", dir=root)
    places = [f"--rootdir={root}", f"--confcutdir={root}", "-c", os.devnull]
    pytest.main([*_OPTIONS, *places, nothing], plugins=[_Waiting(serve)])


class _Waiting:
    """A plugin of pytest that serves where the tests would run, until it is called in a fork."""

    def __init__(self, serve: Callable[[Any], None]) -> None:
        self._serve: Callable[[Any], None] | None = serve

    def pytest_runtestloop(self, session: Any) -> bool | None:
        serve, self._serve = self._serve, None
        if serve is None:
            return None
        serve(session)
        return True


class _Outcomes:
    """A plugin of pytest that keeps how each test ended, and what it reached."""

    def __init__(self, order: Collection[str], reach: Reach | None) -> None:
        self._found: dict[str, str] = {}
        self._order = order
        self.reach = reach

    def traced(self) -> contextlib.AbstractContextManager[object]:
        return self.reach or contextlib.nullcontext()

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items.sort(key=lambda item: item.name not in self._order)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.reach is not None:
            self.reach.test = nodeid.rpartition("::")[2]

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


def warm(names: Collection[str]) -> None:
    """Import `names` and what tests use of them, before any code of others runs."""
    packages = {name.split(".")[0] for name in names}
    beside = [one for package in sorted(packages & _WARM.keys()) for one in _WARM[package]]
    for name in (*beside, *names):
        # Whatever is wrong with a package is found where the proposal imports it.
        with contextlib.suppress(BaseException):
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
