"""Making capabilities in a kernel: saving them, and what the writers that come with lathe need."""

from collections.abc import Sequence
from typing import Any, Unpack, cast

from lathe_kernel import delegation, saving
from lathe_kernel.capabilities import Capabilities
from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.recording import Recorder
from lathe_kernel.schema import schema_of
from lathe_kernel.subtasks import Subtask
from lathe_kernel.worked_cells import WorkedCells, worked_cells
from lathe_library import profile


class Examination(dict[str, Any]):
    """What examining found, and what was examined: a writer answers with it once it is ready."""

    def __init__(self, made: dict[str, Any], admitted: bool, text: str, left: int) -> None:
        """Hold what was made, and what lathe says of it."""
        super().__init__(made)
        self.ready = admitted
        self.text = text
        self.left = left

    def __repr__(self) -> str:
        """Show what lathe says."""
        return f"{self.text}\n[{self.left} examinations left]"

    __str__ = __repr__


class Making:
    """The part of the `lathe` object that makes capabilities."""

    _channel: Channel
    _namespace: dict[str, Any]
    _recorder: Recorder
    capabilities: Capabilities

    def save_function(
        self, f: Any, tests: Sequence[Any] = (), purpose: str = "", breaks: saving.Breaks = None
    ) -> saving.Saved:
        """Save a function of this session for later ones, if it passes its examination.

        Example: `lathe.save_function(profile_delays, tests=[test_empty], purpose="…")`

        It is called verb_noun, has type hints and a docstring with an example (`>>> f(1)` and its
        result), and was called in a cell on small data: such calls become its tests, beside the
        functions `test_…` of cells in `tests`. `purpose` says why it is worth keeping. Tests of
        the approved version must pass, or `breaks={"test_recorded_1": "why"}` says why not.
        To have one written of cells that worked, see `help(lathe.cells)`.

        Raises:
            LatheError: it was refused; the reason names everything to mend.
        """
        module = saving.function_module(f, self._namespace, self._recorder, tests)
        return self._saved("save_function", module, purpose, breaks)

    def save_agent(
        self,
        name: str,
        instructions: str,
        returns: object,
        description: str = "",
        prepare: Any = None,
        check: Any = None,
        limits: object = None,
        examples: Sequence[tuple[Any, Any]] = (),
        purpose: str = "",
        breaks: saving.Breaks = None,
        model: str | None = None,
        budget: dict[str, Any] | None = None,
        capabilities: Sequence[str] | None = None,
        tools: Sequence[str] | None = None,
        **chosen_by: Unpack[profile.Given],
    ) -> saving.Saved:
        """Save an agent for later sessions; `prepare(data)` and `check(result)` come from cells.

        Example: `lathe.save_agent("delay_analyst", "Explain `data`.", {"cause": str})`

        It is called by a noun. `examples` are pairs of small data and the result expected for it,
        which must fit `returns` and pass `prepare` and `check`. `breaks` is as in `save_function`.
        `model` is a role such as "small", `budget` what each subtask may use, as in `delegate`,
        `capabilities` the only ones that it may import, find and delegate to, `tools` patterns of
        the only tools of servers that it may call, such as "crm/get-*". It is chosen by what it is
        for, and by `skills=["SQL"]` and `specialises_in=["air traffic"]`; `max_parallel=2` bounds
        how many run at once, `role="worker"` says that it does not delegate, "orchestrator" that it
        does nothing else; `may_delegate`, `may_be_delegated_to` as they say.
        To have one written of cells that worked, see `help(lathe.cells)`.

        Raises:
            LatheError: it was refused; the reason names everything to mend.
        """
        module = self._agent(
            name,
            instructions,
            returns,
            description,
            prepare,
            check,
            limits,
            examples,
            model,
            budget,
            capabilities,
            tools,
            chosen_by,
        )
        return self._saved("save_agent", module, purpose, breaks)

    def examine_function(
        self, f: Any, tests: Sequence[Any] = (), purpose: str = "", breaks: saving.Breaks = None
    ) -> Examination:
        """Find out whether `save_function` would take a function; nothing is saved. Writers only.

        Example: `made = lathe.examine_function(profile_delays, [test_empty], "…"); print(made)`

        Once `made.ready` is true, `lathe.answer(made)` hands it over. `made.left` says how many
        more examinations there are.
        """
        module = saving.function_module(f, self._namespace, self._recorder, tests)
        return self._examined("function", module, purpose, breaks)

    def examine_agent(
        self,
        name: str,
        instructions: str,
        returns: object,
        description: str = "",
        prepare: Any = None,
        check: Any = None,
        limits: object = None,
        examples: Sequence[tuple[Any, Any]] = (),
        purpose: str = "",
        breaks: saving.Breaks = None,
        model: str | None = None,
        budget: dict[str, Any] | None = None,
        capabilities: Sequence[str] | None = None,
        tools: Sequence[str] | None = None,
        **chosen_by: Unpack[profile.Given],
    ) -> Examination:
        """Find out whether `save_agent` would take an agent; nothing is saved. Writers only.

        Example: `made = lathe.examine_agent("critic", "Judge `data`.", {"flaws": [str]})`

        It takes what `save_agent` takes; `made` is as in `examine_function`.
        """
        module = self._agent(
            name,
            instructions,
            returns,
            description,
            prepare,
            check,
            limits,
            examples,
            model,
            budget,
            capabilities,
            tools,
            chosen_by,
        )
        return self._examined("agent", module, purpose, breaks)

    def cells(self, *numbers: int) -> WorkedCells:
        """Return cells that worked, with their outputs and recorded calls, as data for a writer.

        Example: `w = lathe.delegate("function_writer", "late share", data=lathe.cells(4, 7))`

        Then `lathe.save_written(w)` saves what it wrote. The agents `function_writer` and
        `agent_writer` come with lathe: they write a function or an agent and its tests in a kernel
        of their own, until it can be saved. The task says what it should do in general. Your cells
        are numbered from 1; without numbers, the newest ten that worked are taken.
        """
        return worked_cells(numbers, self._channel, self._namespace, self._recorder)

    def save_written(self, written: Subtask, breaks: saving.Breaks = None) -> saving.Saved:
        """Save what `function_writer` or `agent_writer` wrote; waits until it has.

        Example: `lathe.save_written(w)`; `breaks` is as in `save_function`.

        Raises:
            SubtaskFailed: the writer ended without a result.
            LatheError: it could not write it, or it was refused; the reason says why.
        """
        if not isinstance(cast("object", written), Subtask):
            raise invalid("give the subtask that `lathe.delegate` returned, not its result.")
        made = written.result()
        fields = cast("dict[str, Any]", made) if isinstance(made, dict) else {}
        if "source" not in fields:
            told = str(fields.get("problem") or "its result is no capability")
            raise LatheError("refused", f"{written.label} wrote nothing to save: {told}")
        kind = "save_agent" if fields.get("kind") == "agent" else "save_function"
        self.capabilities.forget(str(fields.get("name")))
        return saving.sent_written(self._channel, kind, fields, written, breaks)

    def _agent(
        self,
        name: str,
        instructions: str,
        returns: object,
        description: str,
        prepare: Any,
        check: Any,
        limits: object,
        examples: Sequence[tuple[Any, Any]],
        model: str | None,
        budget: dict[str, Any] | None,
        capabilities: Sequence[str] | None,
        tools: Sequence[str] | None,
        chosen_by: profile.Given,
    ) -> saving.Module:
        definition = saving.AgentDefinition(
            name,
            instructions,
            schema_of(returns),
            description,
            prepare,
            check,
            delegation.limits_of(limits),
            examples,
            model,
            budget,
            capabilities,
            delegation.patterns_of(tools),
            _known(chosen_by),
        )
        return saving.agent_module(definition, self._namespace, self._recorder.runs)

    def _saved(
        self, call: str, module: saving.Module, purpose: str, breaks: saving.Breaks
    ) -> saving.Saved:
        self.capabilities.forget(module.name)
        return saving.sent(self._channel, call, module, purpose, breaks)

    def _examined(
        self, kind: str, module: saving.Module, purpose: str, breaks: saving.Breaks
    ) -> Examination:
        arguments = saving.arguments_of(module, purpose, breaks)
        reply = self._channel.call("examine", {"kind": kind, **arguments})
        close(reply.descriptors)
        told: dict[str, Any] = reply.value
        kept = ("name", "fixtures", "purpose", "breaks")
        made = {"kind": kind, **{key: arguments[key] for key in kept if arguments.get(key)}}
        # As lathe examined it: formatted, which a subtask's kernel cannot do.
        made |= {"source": str(told["source"]), "tests": str(told["tests"])}
        return Examination(made, bool(told["admitted"]), str(told["text"]), int(told["left"]))


def numbers_of(data: object) -> list[int]:
    """Return the numbers of the cells that a slice is made of; none for any other data."""
    return data.numbers if isinstance(data, WorkedCells) else []


def _known(given: profile.Given) -> dict[str, object]:
    """Return what is said of how an agent is chosen; refuses what there is not."""
    if unknown := sorted(set(given) - set(profile.Given.__annotations__)):
        known = ", ".join(profile.Given.__annotations__)
        raise invalid(f"there is no `{unknown[0]}`; of how an agent is chosen there are {known}.")
    return {name: value for name, value in given.items() if value is not None}
