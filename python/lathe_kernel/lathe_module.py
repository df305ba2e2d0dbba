"""The `lathe` object: predefined in every kernel and importable as `import lathe`."""

import mimetypes
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lathe_kernel import (
    answers,
    apart,
    choosing,
    contents,
    delegation,
    messages,
    own_names,
    pages,
    plan,
    results,
)
from lathe_kernel.artifacts import Artifacts
from lathe_kernel.background import Background
from lathe_kernel.branches import Branch, Branches
from lathe_kernel.capabilities import Capabilities, CapabilityFinder, Library
from lathe_kernel.channel import Channel, close
from lathe_kernel.choosing import AgentFound
from lathe_kernel.contexts import Context
from lathe_kernel.delegation import InlineAgent
from lathe_kernel.errors import (
    AnswerRejected,
    HandoffRolledBack,
    LatheError,
    SpecialistDeclined,
    SubtaskFailed,
    ToolError,
    invalid,
)
from lathe_kernel.kept import KeptFiles
from lathe_kernel.labels import labelled
from lathe_kernel.ledger import Ledger, Note, Noting
from lathe_kernel.making import Making, numbers_of
from lathe_kernel.messages import Handler, Message
from lathe_kernel.orchestration import Orchestration
from lathe_kernel.outcomes import Outcome, Outcomes
from lathe_kernel.plan_result import PlanResult, StepFailed
from lathe_kernel.reading import Reading
from lathe_kernel.recollections import Recollection, Recollections, Remembering
from lathe_kernel.recording import Recorder
from lathe_kernel.returning import Returning
from lathe_kernel.roundtable_result import Roundtable
from lathe_kernel.schema import schema_of
from lathe_kernel.subtasks import Subtask
from lathe_kernel.synthesis_result import Synthesis
from lathe_kernel.talking import Talking
from lathe_kernel.together import Together
from lathe_kernel.tool_results import Blob
from lathe_kernel.tools import ToolFinder, Tools

_TYPES = (
    "AgentFound",
    "AnswerRejected",
    "Array",
    "Blob",
    "Branch",
    "Branches",
    "HandoffRolledBack",
    "LatheError",
    "Ledger",
    "Message",
    "Note",
    "Outcome",
    "Outcomes",
    "Plan",
    "PlanResult",
    "Recollection",
    "Recollections",
    "Roundtable",
    "SpecialistDeclined",
    "StepFailed",
    "Subtask",
    "SubtaskFailed",
    "Synthesis",
    "Table",
    "ToolError",
)


@dataclass
class Place:
    """Where in the tree of sessions and subtasks a kernel is; `start` says so."""

    role: str = "session"
    check: answers.Check | None = None
    returns: dict[str, Any] | None = None

    def result(self, value: object, channel: Channel) -> Any:
        """Return a subtask's result as JSON, its check passed and its data handed to lathe."""
        seen = results.as_json(value, self.returns, lambda data, _kind: data)
        answers.checked(seen, self.check)
        return results.as_json(
            value, self.returns, lambda data, kind: results.sent(data, kind, channel)
        )


class Lathe(
    types.ModuleType,
    Making,
    Reading,
    Returning,
    Together,
    Remembering,
    Talking,
    Noting,
    Orchestration,
):
    """Delegate slices, ask models, answer, and save what is worth keeping.

    Data stays in kernels: what is delegated travels by reference and never through a prompt.
    """

    AgentFound = AgentFound
    AnswerRejected = AnswerRejected
    Array = results.Array
    Blob = Blob
    Branch = Branch
    Branches = Branches
    HandoffRolledBack = HandoffRolledBack
    LatheError = LatheError
    Ledger = Ledger
    Message = Message
    Note = Note
    Outcome = Outcome
    Outcomes = Outcomes
    Plan = plan.Plan
    PlanResult = PlanResult
    Recollection = Recollection
    Recollections = Recollections
    Roundtable = Roundtable
    SpecialistDeclined = SpecialistDeclined
    StepFailed = StepFailed
    Subtask = Subtask
    SubtaskFailed = SubtaskFailed
    Synthesis = Synthesis
    Table = results.Table
    ToolError = ToolError

    def __init__(
        self,
        channel: Channel,
        artifacts: Artifacts,
        library: Library,
        place: Place,
        namespace: dict[str, Any],
        recorder: Recorder,
    ) -> None:
        """Bind the object to one kernel."""
        super().__init__("lathe", type(self).__doc__)
        self.__path__ = []
        self._channel = channel
        self._artifacts = artifacts
        self._namespace = namespace
        self._recorder = recorder
        self._store = KeptFiles()
        self._library = library
        self._place = place
        self.capabilities = Capabilities(library)
        self.context = Context(channel)
        self._background = Background(channel)
        plan.HERE.attach(self._background, self._store)
        self.tools = Tools(channel, artifacts, self._background)
        self._offer_later()

    def delegate(
        self,
        agent: str | InlineAgent | AgentFound | None,
        task: str = "",
        data: object = None,
        returns: object = None,
        model: str | None = None,
        max_turns: int | None = None,
        label: str | None = None,
        limits: object = None,
        budget: dict[str, Any] | None = None,
        required: bool = True,
    ) -> Subtask:
        """Start one subtask with its own kernel and context; it finds `data` under that name.

        Example: `lathe.delegate("analyst", "Why late?", data=df, returns={"cause": str}).result()`;
        with `required=False` the task can be complete without it. `None` in place of an agent
        takes the best for the task (`help(lathe.agents)`).
        """
        shared = delegation.request(
            agent,
            task,
            returns=returns,
            model=model,
            max_turns=max_turns,
            within=limits,
            budget=budget,
            required=required,
            choice=choosing.chosen(self._channel, agent, task),
        )
        name = shared.agent if isinstance(shared.agent, str) else str(shared.agent["name"])
        items = labelled([(label or name, data)])
        copies = self._recorder.runs.copied(shared.agent, [data])
        subtask = delegation.started(self._background, self._store, shared, items)[0]
        self._recorder.runs.keep(shared.agent, copies, [subtask.id])
        subtask.cells = numbers_of(data)
        return subtask

    def delegate_each(
        self,
        agent: str | InlineAgent | AgentFound | None,
        slices: Any,
        task: str = "",
        returns: object = None,
        parallel: int = 8,
        model: str | None = None,
        max_turns: int | None = None,
        limits: object = None,
        budget: dict[str, Any] | None = None,
        required: bool = True,
        talk: object = None,
        on_message: Handler | None = None,
    ) -> Outcomes:
        """Run one subtask per slice and wait for all; a failed one never stops the others.

        Example: `lathe.delegate_each("analyst", df.groupby("carrier"), "Why late?").to_frame()`;
        `.later(…)` in its place returns handles at once, for `lathe.wait` and `lathe.gather`;
        `budget={"tokens": 20_000, "usd": 0.1, "time": 60}` is set aside for each before it starts.
        `talk=True` lets them write to each other (`help(lathe.send)`), `talk=[("UA", "AA")]` only
        so. What is important and comes while this waits is printed, or given to `on_message(m)`,
        which may return True to cancel what still runs.
        """
        shared = delegation.request(
            agent,
            task,
            returns=returns,
            model=model,
            parallel=parallel,
            max_turns=max_turns,
            within=limits,
            budget=budget,
            required=required,
            talk=messages.pairs(talk),
            choice=choosing.chosen(self._channel, agent, task),
        )
        items = labelled(slices)
        copies = self._recorder.runs.copied(shared.agent, [value for _, value in items])
        outcomes = delegation.each(self._background, self._store, shared, items, on_message)
        self._recorder.runs.keep(shared.agent, copies, [one.id for one in outcomes])
        return outcomes

    def agent(
        self,
        name: str,
        instructions: str,
        returns: object = None,
        model: str | None = None,
        limits: object = None,
        tools: Sequence[str] | None = None,
    ) -> InlineAgent:
        """Define an agent for use in this session only.

        Example: `lathe.agent("critic", "Find what is wrong with the claim.", {"flaws": [str]})`;
        `limits={"memory": "2GB", "cell": 60}` bounds its kernels, as in `delegate`;
        `tools=["crm/get-*"]` are the only tools of servers that it may call, `[]` none.
        """
        if not instructions.strip():
            raise invalid("an agent needs instructions: say what it should find out and how.")
        allowed = delegation.limits_of(limits)
        named = delegation.patterns_of(tools)
        return InlineAgent(name, instructions, schema_of(returns), model, allowed, named)

    def ask_model(self, prompt: str, model: str | None = None, returns: object = None) -> Any:
        """Ask a model one question, without a kernel; only the prompt reaches it.

        Example: `lathe.ask_model(f"Which language is this? {text}", model="small", returns=str)`;
        `lathe.gather(lathe.ask_model.later(f"…{t}") for t in texts)` asks many at once.
        """
        arguments = {"prompt": prompt, "model": model, "returns": schema_of(returns)}
        reply = self._channel.call("ask_model", arguments)
        close(reply.descriptors)
        return reply.value["value"]

    def apart(self, f: Any, *arguments: Any, **named: Any) -> Any:
        """Run f in a process of its own; what it returns comes back, polars' frames as Arrow.

        Example: `lathe.apart(lambda: work(df)).to_pandas()` keeps polars' threads out of this
        kernel, so that it can be copied and undone. What f changes stays there.
        """
        return apart.apart(f, arguments, named)

    def answer(self, value: object) -> None:
        """Give the final answer: Markdown for a session, a value of the asked form for a subtask.

        Example: `lathe.answer("**UA** was latest in July: 27 minutes on average.")`

        Raises:
            AnswerRejected: the value is not what was asked for; mend it and answer again.
        """
        if self._place.role == "session":
            final = answers.as_markdown(value)
        else:
            final = self._place.result(value, self._channel)
        reply = self._channel.call("answer", {"value": final})
        close(reply.descriptors)
        if not reply.value["accepted"]:
            reason = str(reply.value.get("reason"))
            raise AnswerRejected(reason + answers.about_null(value, reason))

    def find(self, query: str, limit: int = 5) -> str:
        """Search functions, agents, tools and `lathe` itself: a line for each that fits a need.

        Example: `lathe.find("delays by month")`; a tool is called by the name that it is shown with
        """
        pages = ((name, getattr(self, name).__doc__) for name in own_names.METHODS)
        return self._library.found(query, limit, own_names.fitting(query, pages))

    def save_artifact(self, name: str, data: object) -> str:
        """Save a file for the user: text, bytes, a DataFrame, a figure, JSON data or a file's path.

        Example: `lathe.save_artifact("delays.csv", df)`
        """
        file_name = contents.file_name(name)
        mime = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
        return self._artifacts.send(file_name, mime, contents.content(file_name, data), name)

    def __dir__(self) -> list[str]:
        """List what can be used."""
        return [*own_names.METHODS, *_TYPES]

    def __repr__(self) -> str:
        """Name what can be used."""
        return f"<lathe: {', '.join(own_names.METHODS)}>"

    def _slice_mode(self) -> str:
        """Say how slices travel on this machine, for `lathe doctor`."""
        return pages.mode()


def install(lathe: Lathe, library: Library) -> None:
    """Make the object importable, and capabilities with it."""
    sys.modules["lathe"] = lathe
    sys.modules["lathe.capabilities"] = lathe.capabilities
    sys.modules["lathe.tools"] = lathe.tools
    sys.meta_path[:0] = [CapabilityFinder(library), ToolFinder(lathe.tools)]
