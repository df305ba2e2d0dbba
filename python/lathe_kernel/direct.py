"""Cells that need nothing of IPython's own syntax: compiled and run without its preparations.

IPython rewrites a cell's text, looks for top-level `await` and hands the cell to a coroutine; for
most cells all of that gives back what came in. Here the same parts of the same shell (history,
hooks, compiler, display) do the rest, in the same order, so that nothing but the time differs.
"""

import contextlib
import re
from collections.abc import Coroutine
from typing import Any

from IPython.core.autocall import IPyAutocall
from IPython.core.error import InputRejected
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult
from IPython.core.macro import Macro
from traitlets import All

# What IPython's syntax begins with or is told by, prompts that were pasted along, and what needs
# an event loop. A cell with any of it, in a string or a comment too, is left to IPython.
_ITS_OWN = re.compile(r"[%!?]|>>>|\.\.\.|In \[|await|async|# PYTHON-MODE|^\s|\A\Z", re.ASCII)
# A line's first words as IPython's prefilter cuts them.
_FIRST_WORDS = re.compile(r"[\w.*]*")
_INPUTS = ("_i", "_ii", "_iii", "_i00")


class DirectLane:
    """Tells which cells need no more than Python, and runs them in the shell's namespace."""

    def __init__(self, shell: Any) -> None:
        """Remember the shell as it is before any code of others had it."""
        self._shell = shell
        self._stock = self._rewriters()

    def parsed(self, code: str) -> Any:
        """Return the parsed cell if IPython would run its text unchanged and without an event loop.

        Else None; then nothing has happened.
        """
        shell = self._shell
        if _ITS_OWN.search(code) or self._rewriters() != self._stock:
            return None
        if len(code.splitlines()) == 1 and self._is_command(code):
            return None
        text = _text(code)
        # Before parsing, so that warnings show the line; IPython names a cell alike.
        name = shell.compile.cache(text, shell.execution_count, raw_code=code)
        try:
            return shell.compile.ast_parse(text, filename=name)
        except Exception:
            return None  # IPython rewrites what is no Python, or says what is wrong with it.

    def run(self, code: str, tree: Any) -> Any:
        """Run a cell that was `parsed`; return IPython's `ExecutionResult`."""
        shell, result = self._shell, None
        try:
            result = self._guarded(code, tree)
        finally:
            shell.events.trigger("post_execute")
            shell.events.trigger("post_run_cell", result)
        return result

    def _rewriters(self) -> tuple[object, ...]:
        """Return everything in the shell that may change a cell's text or how it is run."""
        shell = self._shell
        manager, prefilter = shell.input_transformer_manager, shell.prefilter_manager
        return (
            manager.cleanup_transforms[:],
            manager.line_transforms[:],
            manager.token_transformers[:],
            shell.input_transformers_post[:],
            prefilter.transformers[:],
            prefilter.checkers[:],
            shell.events.callbacks["pre_execute"][:],
            shell.events.callbacks["pre_run_cell"][:],
            shell.autocall,
            shell.trio_runner,
            shell.ast_node_interactivity,
            shell.custom_exceptions,
        )

    def _is_command(self, line: str) -> bool:
        """Tell whether IPython would take a single line for a magic, a macro or `exit`."""
        words = _FIRST_WORDS.match(line)
        head = words.group() if words else ""
        if not head:
            return False
        if isinstance(self._shell.user_ns.get(head), Macro | IPyAutocall):
            return True
        return self._shell.find_magic(head) is not None

    def _guarded(self, code: str, tree: Any) -> Any:
        shell = self._shell
        info = ExecutionInfo(code, True, False, True, None, None, transformed_cell=_text(code))
        result = ExecutionResult(info)
        try:
            self._in_shell(code, tree, info, result)
        except BaseException as error:
            result = ExecutionResult(info)
            result.error_in_exec = error
            with contextlib.suppress(BaseException):
                shell.showtraceback(running_compiled_code=True)
        return result

    def _in_shell(self, code: str, tree: Any, info: Any, result: Any) -> None:
        shell, history = self._shell, self._shell.history_manager
        number = result.execution_count = shell.execution_count
        _set(shell, "execution_count", number + 1)
        shell.events.trigger("pre_execute")
        shell.events.trigger("pre_run_cell", info)
        self._remember_input(number, info.transformed_cell, code)
        shell.logger.log(info.transformed_cell, code)
        with shell.builtin_trap, shell.display_trap:
            try:
                tree = shell.transform_ast(tree)
            except InputRejected as error:
                shell.showtraceback()
                self._not_run(result, number, error)
                return
            _set(shell.displayhook, "exec_result", result)
            name = shell.compile.get_code_name(code, info.transformed_cell, number)
            failed = _finished(
                shell.run_ast_nodes(tree.body, name, "last_expr", shell.compile, result)
            )
            shell.last_execution_succeeded = not failed
            shell.last_execution_result = result
            _set(shell.displayhook, "exec_result", None)
        history.store_output(number)
        if result.error_in_exec:
            self._remember(number, result.error_in_exec)

    def _remember_input(self, number: int, text: str, code: str) -> None:
        """Do what the history's `store_inputs` does for a cell that is no `exit`.

        The names are its traits, which are checked and announced at a price that nobody needs to
        pay where nobody listens.
        """
        shell, history = self._shell, self._shell.history_manager
        source, raw = text.rstrip("\n"), code.rstrip("\n")
        if _is_heard(history, *_INPUTS) or history._exit_re.match(raw.strip()):
            history.store_inputs(number, text, code)
            return
        history.input_hist_parsed.append(source)
        history.input_hist_raw.append(raw)
        history.db_input_cache.append((number, source, raw))
        values = history._trait_values
        known = {"_iii": history._ii, "_ii": history._i, "_i": history._i00, "_i00": raw}
        values.update(known)
        named = {"_i": known["_i"], "_ii": known["_ii"], "_iii": known["_iii"], f"_i{number}": raw}
        shell.user_ns.update(named)
        shell.user_ns_hidden.update(named)

    def _not_run(self, result: Any, number: int, error: BaseException) -> None:
        self._remember(number, error)
        result.error_before_exec = error
        self._shell.last_execution_succeeded = False
        self._shell.last_execution_result = result

    def _remember(self, number: int, error: BaseException) -> None:
        shell = self._shell
        shell.history_manager.exceptions[number] = shell._format_exception_for_storage(error)


def _set(owner: Any, trait: str, value: object) -> None:
    """Set a trait whose value needs no check, and spare its announcement if nobody listens."""
    if _is_heard(owner, trait):
        setattr(owner, trait, value)
    else:
        owner._trait_values[trait] = value


def _is_heard(owner: Any, *traits: str) -> bool:
    """Tell whether anybody wants to know when one of these traits changes."""
    listeners = owner._trait_notifiers
    return any(
        any(kinds.values())
        for trait in (*traits, All)
        if (kinds := listeners.get(trait)) is not None
    )


def _finished(body: Coroutine[None, None, Any]) -> Any:
    """Return the value of a coroutine that waits for nothing."""
    try:
        body.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("a cell without `await` waited for something")


def _text(code: str) -> str:
    return code if code.endswith("\n") else code + "\n"
