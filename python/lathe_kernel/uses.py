"""Uses of capabilities: counted where they happen, told lathe with the end of each cell.

The body of a capability's public function is put into a `with` block when its source is compiled.
The function stays an ordinary one: its signature, docstring and lines are those of its file, and
generators and coroutines are what they were.
"""

import ast
import opcode
import threading
import types
from contextvars import ContextVar, Token
from threading import get_ident
from time import perf_counter
from typing import Any

from lathe_kernel.protocol import Used
from lathe_library.facts import FunctionNode, Kind

# What a capability's module calls the count of its calls.
_NAME = "__lathe_use__"
_MOST_TOLD = 200
_MOST_ERRORS = 5
_OTHER = "other"
# What Python raises for arguments that do not fit.
_FOR_ARGUMENTS = (ValueError, TypeError, LookupError)
_RAISE = opcode.opmap["RAISE_VARARGS"]


class _Nothing:
    """Counts nothing: a call inside a call of the same function."""

    __slots__ = ()

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, *_error: object) -> None:
        """End."""


_NOTHING = _Nothing()


class Use:
    """The count of one version of a capability; the context of each call of its function.

    A call inside a call, in the same thread or task, is a part of that. Additions to plain
    attributes are whole in CPython 3.11, where threads change places only at calls and jumps.
    """

    __slots__ = (
        *("_begun", "_inside", "calls", "errors", "failures", "key", "longest", "excused"),
        *("path", "seconds"),
    )

    def __init__(self, kind: Kind, name: str, sha256: str) -> None:
        """Begin with nothing."""
        self.key = (kind, name, sha256)
        self.path = f"library/{kind}s/{name}.py"
        # By thread, when its outermost call began.
        self._begun: dict[int, float] = {}
        self._inside: ContextVar[bool] = ContextVar(name, default=False)
        self._reset()

    def _reset(self) -> None:
        self.calls = self.excused = self.failures = 0
        self.seconds = self.longest = 0.0
        self.errors: dict[str, int] = {}

    def __reduce__(self) -> Any:
        """Let a function that is saved or handed over be counted where it arrives."""
        return of, self.key

    def call(self) -> "Use | _Nothing":
        """Return the context of a call of a plain function."""
        thread, now = get_ident(), perf_counter()
        if thread in self._begun:
            return _NOTHING
        self._begun[thread] = now
        return self

    def __enter__(self) -> None:
        """Begin a call."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Count a call that has ended."""
        now = perf_counter()
        seconds = now - self._begun.pop(get_ident(), now)
        self.calls += 1
        self.seconds += seconds
        if seconds > self.longest:
            self.longest = seconds
        if error is not None:
            self._ended_by(error)

    def task(self) -> "_Task | _Nothing":
        """Return the context of a call of a coroutine; tasks take turns in a thread."""
        return _NOTHING if self._inside.get() else _Task(self, self._inside)

    def stream(self) -> "_Stream":
        """Return the context of a generator, which is not timed: its caller's time is in it."""
        return _Stream(self)

    def _ended_by(self, error: BaseException) -> None:
        if isinstance(error, GeneratorExit):
            return  # Nobody reads on, which is how many generators end.
        if not isinstance(error, Exception) or _is_excused(error, self.path, self.key[0]):
            self.excused += 1
            return
        name = type(error).__name__[:60]
        if name not in self.errors and len(self.errors) >= _MOST_ERRORS:
            name = _OTHER
        self.failures += 1
        self.errors[name] = self.errors.get(name, 0) + 1

    def add(self, seconds: float, error: BaseException | None) -> None:
        """Count a call of a coroutine or a generator that has ended."""
        self.calls += 1
        self.seconds += seconds
        self.longest = max(self.longest, seconds)
        if error is not None:
            self._ended_by(error)

    def take(self) -> Used:
        """Return what there is, and begin anew."""
        kind, name, sha256 = self.key
        told: Used = {
            "kind": kind,
            "name": name,
            "sha256": sha256,
            "calls": self.calls,
            "excused": self.excused,
            "failures": self.failures,
            "errors": self.errors,
            "seconds": round(self.seconds, 9),
            "longest": round(self.longest, 9),
        }
        self._reset()
        return told

    def leave(self, thread: int) -> None:
        """Forget a call that an interrupt kept from ending as calls do."""
        self._begun.pop(thread, None)


class _Task:
    """One call of a coroutine."""

    __slots__ = ("_begun", "_inside", "_token", "_use")
    _token: Token[bool]

    def __init__(self, use: Use, inside: ContextVar[bool]) -> None:
        self._use = use
        self._inside = inside
        self._begun = 0.0

    def __enter__(self) -> None:
        """Begin a call."""
        self._token = self._inside.set(True)
        self._begun = perf_counter()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Count a call that has ended."""
        self._use.add(perf_counter() - self._begun, error)
        try:
            self._inside.reset(self._token)
        except ValueError:
            return  # What nobody waited for is closed from elsewhere.


class _Stream:
    """One generator, from its first item on."""

    __slots__ = ("_use",)

    def __init__(self, use: Use) -> None:
        self._use = use

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Count a generator that has ended."""
        self._use.add(0.0, error)


_known: dict[tuple[str, str, str], Use] = {}


def of(kind: Kind, name: str, sha256: str) -> Use:
    """Return the count of one version of a capability: always the same in a kernel."""
    key = (kind, name, sha256)
    return _known.get(key) or _known.setdefault(key, Use(*key))


def begin() -> None:
    """Make ready for a cell: nothing is under way in the main thread."""
    thread = threading.main_thread().ident or 0
    for use in _known.values():
        use.leave(thread)


def told() -> list[Used]:
    """Return what is to be told now; what is too much of it is told the next time."""
    return [use.take() for use in [one for one in _known.values() if one.calls][:_MOST_TOLD]]


def forget() -> None:
    """Begin anew in a copy: what was counted before is its origin's to tell."""
    for use in _known.values():
        use.take()


def compiled(source: str, path: str, given: dict[str, Any], module: types.ModuleType) -> Any:
    """Compile a capability's source so that calls of what lathe knows it by are counted."""
    kind: Kind = given["kind"]
    names = {given["name"]} if kind == "function" else {"prepare", "check"}
    tree = ast.parse(source, path)
    for node in tree.body:
        if isinstance(node, FunctionNode) and node.name in names:
            _count(node)
    module.__dict__[_NAME] = of(kind, str(given["name"]), str(given["sha256"]))
    return compile(tree, path, "exec")


def _count(node: FunctionNode) -> None:
    """Put all of a function but its docstring into the context of a call."""
    first = int(ast.get_docstring(node, clean=False) is not None)
    body = node.body[first:] or [ast.copy_location(ast.Pass(), node.body[0])]
    is_task = isinstance(node, ast.AsyncFunctionDef)
    way = "stream" if _yields(node) else "task" if is_task else "call"
    count = ast.Attribute(ast.Name(_NAME, ast.Load()), way, ast.Load())
    block = ast.With([ast.withitem(ast.Call(count, [], []))], body)
    node.body[first:] = [ast.fix_missing_locations(ast.copy_location(block, body[0]))]


def _yields(node: FunctionNode) -> bool:
    """Tell whether a function is a generator; what is defined in it may be one without that."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(one, FunctionNode | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(one))
    return False


def _is_excused(error: Exception, path: str, kind: Kind) -> bool:
    """Tell whether an exception is the caller's, not the capability's.

    It is where it comes out of code of cells that the caller handed in, or where the capability's
    own source raises it, with `raise`, as Python does for arguments that do not fit.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    frame = trace.tb_frame
    if frame.f_globals.get("__name__") == "__main__":
        return True
    kinds = (*_FOR_ARGUMENTS, AssertionError) if kind == "agent" else _FOR_ARGUMENTS
    if not isinstance(error, kinds) or frame.f_code.co_filename != path:
        return False
    return frame.f_code.co_code[trace.tb_lasti] == _RAISE
