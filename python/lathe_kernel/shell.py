"""The IPython shell of a kernel, without history, colours or prompts."""

import contextlib
import os
import sys
import time
import warnings
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal, cast

from IPython.core.compilerop import CachingCompiler
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from lathe_kernel import figures, limit_notes, streams, tracebacks
from lathe_kernel.artifacts import Artifacts
from lathe_kernel.direct import DirectLane
from lathe_kernel.display import ArtifactPublisher, ResultHook, register_figures
from lathe_kernel.interrupts import Interrupts
from lathe_kernel.protocol import CellError, CellResult

Status = Literal["ok", "error", "interrupted"]

# What IPython reported while a cell ran; a cell is the only thing that runs at a time.
_reported: list[BaseException] = []


@dataclass(frozen=True)
class Ran:
    """How one cell ended."""

    status: Status
    seconds: float
    result: CellResult | None
    error: CellError | None


class CellCompiler(CachingCompiler):  # pyright: ignore[reportUntypedBaseClass]
    """Names a cell's code after the cell, so that tracebacks say `File "cell 3"`."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """Return the name under which tracebacks and `inspect` find the source."""
        return f"cell {number}"


class KernelShell(InteractiveShell):  # pyright: ignore[reportUntypedBaseClass]
    """Runs cells; errors are returned, not printed."""

    lane: DirectLane
    compiler_class = Type(CellCompiler)
    displayhook_class = Type(ResultHook)
    display_pub_class = Type(ArtifactPublisher)

    @contextlib.contextmanager
    def _tee(self, channel: str) -> Generator[None]:
        # IPython would keep a second copy of everything that is printed.
        yield

    def should_run_async(
        self, raw_cell: str, *, transformed_cell: Any = None, preprocessing_exc_tuple: Any = None
    ) -> bool:
        """Compile a cell to find out only where its words leave it open."""
        text = transformed_cell or ""
        if "await" not in text and "async" not in text:
            return False
        return bool(
            cast("Any", super()).should_run_async(
                raw_cell,
                transformed_cell=transformed_cell,
                preprocessing_exc_tuple=preprocessing_exc_tuple,
            )
        )

    def showtraceback(self, exc_tuple: Any = None, *_arguments: Any, **_options: Any) -> None:
        """Remember an exception; `run` prints the ones that did not end the cell."""
        error = exc_tuple[1] if exc_tuple else _current_error()
        if error is not None:
            _reported.append(error)

    def showsyntaxerror(self, *_arguments: Any, **_options: Any) -> None:
        """Print nothing: the error is the cell's result."""

    def showindentationerror(self) -> None:
        """Print nothing: the error is the cell's result."""

    def system(self, cmd: str) -> None:
        """Run a shell command on the kernel's own streams, without a terminal."""
        try:
            cast("Any", self).system_raw(cmd)
        except PermissionError as error:
            raise PermissionError(
                error.errno,
                "a subtask's kernel starts no programs; do this in Python, or in the session",
            ) from None

    def ask_exit(self) -> None:
        """End the cell, like `sys.exit()`: a session's kernel is not the code's to end."""
        raise SystemExit

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no screen."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """Keep the kernel's own backend: figures are saved as artifacts."""
        return "agg", "agg"

    def _format_exception_for_storage(self, *_arguments: Any, **_options: Any) -> dict[str, Any]:
        return {}


def create(folder: str) -> Any:
    """Return the process's shell, its settings in `folder`; also what `get_ipython()` gives."""
    os.environ["IPYTHONDIR"] = folder
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autoawait = True
    config.InteractiveShell.cache_size = 1000
    # By what is there, such as the names of servers, which are in no source.
    config.IPCompleter.use_jedi = False
    warnings.filterwarnings("ignore", message="To exit: use 'exit'")
    shell: Any = KernelShell.instance(config=config, ipython_dir=folder)
    register_figures(shell.display_formatter)
    shell.lane = DirectLane(shell)
    return shell


def run(shell: Any, code: str, cell: int, artifacts: Artifacts, interrupts: Interrupts) -> Ran:
    """Run one cell to its end: its output is flushed and its figures are sent on return."""
    if shell.execution_count != cell:
        shell.execution_count = cell
    shell.displayhook.captured = None
    shell.displayhook.artifacts = shell.display_pub.artifacts = artifacts
    artifacts.begin(cell)
    _reported.clear()
    started = time.monotonic()
    error = _executed(shell, code, interrupts)
    seconds = time.monotonic() - started
    result = shell.displayhook.captured if error is None else None
    streams.flush()
    return _ran(error, result, seconds)


def _executed(shell: Any, code: str, interrupts: Interrupts) -> BaseException | None:
    error: BaseException | None = None
    try:
        with interrupts.armed():
            tree = shell.lane.parsed(code)
            if tree is None:
                outcome = shell.run_cell(code, store_history=True)
            else:
                outcome = shell.lane.run(code, tree)
            error = outcome.error_before_exec
            error = outcome.error_in_exec if error is None else error
            _save_figures()
    except BaseException as raised:
        error = raised if error is None else error
    for other in _reported:
        if other is not error:
            print(tracebacks.formatted(other), file=sys.stderr)
    _reported.clear()
    return error


def _save_figures() -> None:
    try:
        figures.save_open()
    except Exception as error:
        print(f"A figure could not be saved: {tracebacks.formatted(error)}", file=sys.stderr)


def _ran(error: BaseException | None, result: CellResult | None, seconds: float) -> Ran:
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return Ran("ok", seconds, result, None)
    limit_notes.add(error)
    status: Status = "interrupted" if isinstance(error, KeyboardInterrupt) else "error"
    return Ran(status, seconds, result, tracebacks.described(error))


def _current_error() -> BaseException | None:
    return sys.exc_info()[1]
