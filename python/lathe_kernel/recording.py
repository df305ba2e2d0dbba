"""The calls that a session makes of functions that it may save: kept as small copies.

A cell's calls by name, at its top level, of functions that cells defined are rewritten from
`f(x)` to `recorder(f)(x)`. The functions stay as they are, and so do pickles and tracebacks.
"""

import ast
import builtins
import types
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from lathe_kernel import samples
from lathe_kernel.agent_runs import AgentRuns
from lathe_kernel.samples import Sample
from lathe_kernel.told_calls import Telling
from lathe_library.facts import FunctionNode

RECORDER = "__lathe_recorded__"
_MAXIMUM_FUNCTIONS = 50
_KEPT_EACH = 12
# Calls that are looked at, of each function: what is called in a loop costs nothing from then on.
_SEEN_EACH = 200


@dataclass(frozen=True)
class Call:
    """One call that was made: its cell, copies of its arguments and, where it is small, its result.

    `result` is None where the arguments are only some rows of what was given, so that the
    result has to be computed anew.
    """

    cell: int
    arguments: tuple[Sample, ...]
    named: tuple[tuple[str, Sample], ...]
    result: Sample | None

    @property
    def is_cut(self) -> bool:
        """Tell whether an argument is only a part of what was given."""
        return any(one.is_cut for one in self.samples())

    def samples(self) -> list[Sample]:
        """Return the arguments."""
        return [*self.arguments, *(one for _, one in self.named)]


@dataclass
class Recorded:
    """What is known of one function's calls."""

    seen: int = 0
    calls: deque[Call] = field(default_factory=lambda: deque[Call](maxlen=_KEPT_EACH))
    left_out: dict[str, int] = field(default_factory=dict[str, int])


class Recorder(ast.NodeTransformer):
    """Rewrites the calls of candidates in cells, and keeps what those calls were."""

    def __init__(self) -> None:
        """Begin without candidates."""
        self.cell = 0
        # The cells of this run that ended without an error, oldest first.
        self.worked: list[int] = []
        self.runs = AgentRuns()
        self.telling = Telling()
        self._candidates: set[str] = set()
        self._recorded: dict[int, tuple[types.FunctionType, Recorded]] = {}

    def install(self, shell: Any) -> None:
        """See the cells of a shell before they run."""
        setattr(builtins, RECORDER, self.recording)
        if self not in shell.ast_transformers:
            shell.ast_transformers.append(self)

    def of(self, f: types.FunctionType) -> Recorded:
        """Return what was recorded of a function."""
        found = self._recorded.get(id(f.__code__))
        return found[1] if found is not None else Recorded()

    def visit(self, node: ast.AST) -> Any:
        """Take note of the candidates that a cell defines, and rewrite its calls of any."""
        if not isinstance(node, ast.Module):
            return super().visit(node)
        for one in node.body:
            if isinstance(one, FunctionNode) and _is_candidate(one):
                self._candidates.add(one.name)
        if self._candidates:
            node.body = [cast("ast.stmt", self.visit(one)) for one in node.body]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Leave functions alone: they may be pickled, saved or handed over."""
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Leave functions alone."""
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Leave classes alone."""
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """Leave functions alone."""
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Rewrite `f(…)` to `recorder(f)(…)` for a candidate."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in self._candidates:
            name = ast.copy_location(ast.Name(RECORDER, ast.Load()), node.func)
            node.func = ast.copy_location(ast.Call(name, [node.func], []), node.func)
        return node

    def recording(self, f: Any) -> Any:
        """Return what calls `f` and keeps the call; `f` itself where enough is known."""
        if not isinstance(f, types.FunctionType) or f.__module__ != "__main__":
            return f
        known = self._recorded.get(id(f.__code__))
        if known is None:
            if len(self._recorded) >= _MAXIMUM_FUNCTIONS:
                self._recorded.pop(next(iter(self._recorded)))
            known = self._recorded[id(f.__code__)] = (f, Recorded())
        recorded = known[1]
        recorded.seen += 1
        return f if recorded.seen > _SEEN_EACH else self._called(f, recorded)

    def _called(self, f: types.FunctionType, recorded: Recorded) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            leave_out = _LeavingOut(recorded, self.telling, f.__name__)
            given = _copied(arguments, named, leave_out)
            result = f(*arguments, **named)
            if given is not None:
                kept = _kept(self.cell, given, result, recorded, leave_out)
                if kept is not None:
                    self.telling.add(f.__name__, kept.arguments, kept.named, kept.result)
            return result

        return call


Given = tuple[tuple[Sample, ...], tuple[tuple[str, Sample], ...]]


@dataclass(frozen=True)
class _LeavingOut:
    """Where a call that is not kept is counted."""

    recorded: Recorded
    telling: Telling
    function: str

    def __call__(self, reason: str) -> None:
        left_out = self.recorded.left_out
        if reason in left_out or len(left_out) < 20:
            left_out[reason] = left_out.get(reason, 0) + 1
        self.telling.leave_out(self.function, reason)


def _is_candidate(node: FunctionNode) -> bool:
    return not node.decorator_list and not node.name.startswith(("_", "test_"))


def _copied(
    arguments: tuple[Any, ...], named: dict[str, Any], leave_out: _LeavingOut
) -> Given | None:
    """Return small copies, made before the call can change them; None where there are none."""
    spread = sum(samples.is_long(one) for one in (*arguments, *named.values())) == 1
    try:
        given = (
            tuple(samples.sample(one, is_spread=spread) for one in arguments),
            tuple((name, samples.sample(one, is_spread=spread)) for name, one in named.items()),
        )
    except samples.NotKept as reason:
        leave_out(str(reason))
        return None
    except Exception as error:
        leave_out(f"an argument could not be copied ({type(error).__name__})")
        return None
    return given


def _kept(
    cell: int, given: Given, result: object, recorded: Recorded, leave_out: _LeavingOut
) -> Call | None:
    call = Call(cell, *given, None)
    if not call.is_cut:
        try:
            kept = samples.sample(result)
        except samples.NotKept as reason:
            leave_out(f"its result: {reason}")
            return None
        except Exception as error:
            leave_out(f"its result could not be copied ({type(error).__name__})")
            return None
        if kept.is_cut:
            leave_out("its result is too large to compare whole")
            return None
        call = Call(cell, *given, kept)
    if call not in recorded.calls:
        recorded.calls.append(call)
    return call
