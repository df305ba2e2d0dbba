"""The part of the `lathe` object by which several agents work on one question."""

from typing import Any, cast

from lathe_kernel import (
    choosing,
    computed,
    delegation,
    plan_decompose,
    plan_steps,
    refined,
    roundtable,
    saving,
    specialists,
    synthesis,
)
from lathe_kernel import handoff as handing
from lathe_kernel import plan as planning
from lathe_kernel.background import Background
from lathe_kernel.capabilities import Capabilities, Library
from lathe_kernel.channel import Channel, close
from lathe_kernel.choosing import AgentFound, AgentsFound
from lathe_kernel.computed import Evidence
from lathe_kernel.delegation import InlineAgent
from lathe_kernel.errors import invalid
from lathe_kernel.kept import KeptFiles
from lathe_kernel.plan import Plan
from lathe_kernel.plan_steps import Step
from lathe_kernel.recording import Recorder
from lathe_kernel.roundtable_result import Roundtable
from lathe_kernel.subtasks import Subtask
from lathe_kernel.synthesis_result import Synthesis


class Orchestration:
    """Agents, plans, synthesis, roundtables, handoffs to another agent, and specialists."""

    _channel: Channel
    _background: Background
    _store: KeptFiles
    _recorder: Recorder
    _library: Library
    capabilities: Capabilities

    def plan(
        self,
        goal: str,
        steps: object,
        strategy: str = "parallel",
        share: bool = False,
        budget: dict[str, Any] | None = None,
    ) -> Plan:
        """Plan subtasks that depend on each other, and have it checked; `.run()` carries it out.

        Example: `p = lathe.plan("Why late?", [lathe.step("clean", "Drop bad rows.", data=df),
        lathe.step("fit", "Fit it.", needs=["clean"])]); r = p.run(); print(r); r["fit"]`

        `strategy`: "parallel" (what is ready runs at once; `share=True` in batches, each told what
        was found before), "sequential" (each is told what those before it found), "hierarchical"
        (a step may ask for steps below it). Cycles, unknown agents, and what the budget has no
        room for are refused before anything begins; the worst case is printed.
        `budget={"tokens": 500_000, "usd": 1}` bounds all of it. The user may want to see it first.

        Raises:
            LatheError: it is refused, with the reason and the mend; nothing of it began.
        """
        return planning.made(goal, steps, strategy, share, budget)

    def step(
        self,
        name: str,
        task: str,
        agent: str | InlineAgent | None = None,
        data: object = None,
        needs: object = (),
        required: bool = True,
        fallback: str | InlineAgent | None = None,
        complexity: str | None = None,
        model: str | None = None,
        returns: object = None,
        budget: dict[str, Any] | None = None,
        max_turns: int | None = None,
        talk: object = (),
    ) -> Step:
        """Describe one step of a plan: a task for an agent, and the steps whose results it needs.

        Example: `lathe.step("fit", "Fit v by k.", needs=["clean"], returns={"r2": float})`

        It finds `data`; with `needs` that is a dict of their results by name, its own data under
        "data". Without `agent`, a plain worker does it. `fallback` takes over where it fails twice.
        `required=False`: the plan can be complete without it. `talk=["by_hour"]`: they may write to
        each other while both run. `complexity` low, medium or high
        sets how many calls and tokens an attempt may use where `budget` and `max_turns` do not.
        """
        return plan_steps.step(
            name,
            task,
            agent,
            data=data,
            needs=needs,
            required=required,
            fallback=fallback,
            complexity=complexity,
            model=model,
            returns=returns,
            budget=budget,
            max_turns=max_turns,
            talk=talk,
        )

    def decompose(
        self,
        goal: str,
        data: object = None,
        strategy: str | None = None,
        budget: dict[str, Any] | None = None,
        model: str | None = None,
    ) -> Plan:
        """Ask a model for a plan that reaches a goal; look at it, then `.run()` it.

        Example: `p = lathe.decompose("Why late in July?", {"flights": df}); print(p); p.run()`

        The model sees names, types and shapes of `data` (a dict of what steps may work on), never
        what is in it. Its plan is checked as any other, and asked for once more with the reason.

        Raises:
            LatheError: no plan that can be used came of it.
        """
        return plan_decompose.decomposed(goal, data, strategy, budget, model)

    def agents(self, words: str, limit: int = 3) -> AgentsFound:
        """List the agents that fit words best: name, what for, what it returns, how it did so far.

        Example: `lathe.delegate(lathe.agents("compare delays by carrier")[0], task, data=df)`

        The library's agents and those that come with lathe (coder, researcher, analyst, writer,
        critic …). Those that fail too often or may not be delegated to are in `.left_out`, with the
        reason. `lathe.delegate(None, task)` takes the best one for the task itself.
        """
        return choosing.found(self._channel, words, limit)

    def synthesise(
        self,
        results: object,
        question: str,
        returns: object = None,
        same: object = (),
        model: str | None = None,
        budget: dict[str, Any] | None = None,
    ) -> Synthesis:
        """Combine results of several subtasks into one answer, with sources and conflicts.

        Example: `s = lathe.synthesise(outcomes, "Which carrier is late, and why?"); print(s)`

        `results` are outcomes, subtasks, a plan's result, or a dict of values by label. A subtask
        of `synthesiser` writes it: `.answer` (a text, or of the form `returns`), `.claims` and
        `.conflicts` with subtask and cell of each source, `.open`, `.missing`, `.table`,
        `.markdown()`. Code checks it: what has no source, or a figure that no source has, is
        refused once and then told in `.problems`; `if s:` is true where all of it holds.
        `same=["late_share"]` names members in which all results should agree, so that a difference
        has to be told as a conflict.

        Raises:
            LatheError: there is nothing to combine, or it could not begin.
        """
        what = synthesis.asked(results, question, returns, same)
        return synthesis.run(self._background, self._store, what, model, budget)

    def roundtable(
        self,
        question: str,
        data: object = None,
        seats: int | None = None,
        rounds: int = 3,
        budget: dict[str, Any] | None = None,
        model: str | None = None,
    ) -> Roundtable:
        """Have opposed experts examine a question and each other, and tell what they agree on.

        Example: `table = lathe.roundtable("Is the discount worth it?", data=sales); print(table)`

        Four to six experts, chosen for the question, each in subtasks of its own on the same
        `data`, in `rounds` of 2 to 5: findings, cross-examination, final position. Then a
        synthesis: `.consensus`, `.dissent`, `.settle`, `.table` (a DataFrame of claims with
        subtask and cells), `.markdown()`. `budget={"tokens": 500_000, "usd": 1, "time": "10min"}`
        bounds all of it; the worst case is printed first. It is worth its cost where good people
        would disagree; what can be computed, compute.

        Raises:
            LatheError: the budget has no room for it, or it may not begin here; nothing was spent.
        """
        what = roundtable.asked(question, data, seats, rounds, budget, model)
        return roundtable.run(self._background, self._store, what)

    def handoff(
        self,
        agent: str | InlineAgent | AgentFound,
        goal: str,
        data: object = None,
        questions: object = (),
        so_far: str = "",
        within: object = "2min",
        approve: bool | None = None,
        returns: object = None,
        model: str | None = None,
        max_turns: int | None = None,
        limits: object = None,
        budget: dict[str, Any] | None = None,
    ) -> Any:
        """Hand a goal over to another agent, which must accept; return its result as your own.

        Example: `r = lathe.handoff("modeller", "Fit it by hour", data=df, returns={"r2": float})`

        It gets the goal, what was done (`so_far`, and an extract of the journal), the open
        `questions`, the data by reference, and what is left of the budget. A checkpoint is made
        first: where it declines, does not accept `within` a time, or fails, all variables go back
        to it when the cell has ended, and HandoffRolledBack says why. `approve=True` asks the
        user in any case; otherwise the rule `handoff.approve` of lathe.json decides.

        Raises:
            HandoffRolledBack: it came to nothing; the memory is as it was before this call.
            LatheError: it may not be handed over, or no checkpoint can be made; nothing happened.
        """
        agent = agent.name if isinstance(agent, AgentFound) else agent
        what = handing.asked(agent, goal, data, questions, so_far, within, approve)
        shared = delegation.request(
            agent,
            "",
            returns=returns,
            model=model,
            max_turns=max_turns,
            within=limits,
            budget=budget,
            required=False,
        )
        return handing.run(self._background, self._store, what, shared)

    def accept(self) -> None:
        """Take over what was handed to you with `lathe.handoff`; then finish with `lathe.answer`.

        Example: `lathe.accept()`
        """
        close(self._channel.call("accept", {}).descriptors)
        print("[accepted: finish with lathe.answer(value)]")

    def decline(self, reason: str) -> None:
        """Refuse what was handed to you, with the reason; your work ends with this cell.

        Example: `lathe.decline("the data has no dates")`
        """
        close(self._channel.call("decline", {"reason": reason}).descriptors)

    def request_specialist(
        self,
        need: str,
        why: str,
        data: object = None,
        returns: object = None,
        budget: dict[str, Any] | None = None,
    ) -> Any:
        """Ask, from a subtask, for a specialist where you cannot go on; return its result.

        Example: `m = lathe.request_specialist("monthly tides", "unknown to me", returns=[float])`

        The coordinator decides: it grants an agent of the library or one that it describes, or a
        few steps by several, each in a subtask of its own that sees `data`, or declines. The
        result has the form of `returns`, as in `delegate`.

        Raises:
            SpecialistDeclined: none is granted; the reason says how to go on.
            SubtaskFailed: the specialist ended without a result.
        """
        what = specialists.wished(need, why, data)
        shared = delegation.request(
            delegation.InlineAgent("specialist", "as lathe decided"),
            "",
            returns=returns,
            budget=budget,
            required=False,
        )
        return specialists.run(self._background, self._store, what, shared)

    def save_refined(
        self, written: Subtask, name: str | None = None, purpose: str = ""
    ) -> saving.Saved:
        """Propose the context that a subtask made better as the next version of its agent.

        Example: `dug = lathe.delegate("digger", "…", data=df); lathe.save_refined(dug)`

        It completed, and its last edit of its context was found better (docs/contexts.md). Focus
        and notes go below the agent's instructions; the proposal is examined and reviewed like
        any other. An agent of this session becomes a new one, `name` if given.

        Raises:
            LatheError: there is nothing to save, or it was refused; the reason says what to mend.
        """
        if not isinstance(cast("object", written), Subtask):
            raise invalid("give the subtask that `lathe.delegate` returned, not its result.")
        written.outcome()
        reply = self._channel.call("refined", {"subtask": written.id})
        close(reply.descriptors)
        made = refined.module(reply.value, name, self._library)
        self.capabilities.forget(made.name)
        arguments = saving.arguments_of(made, purpose, None) | {"refined": written.id}
        return saving.told(self._channel, "save_agent", arguments)

    def evidence(self, what: str, value: object) -> Evidence:
        """Return a computed figure with the number of the cell that computed it, for a claim.

        Example: `e = lathe.evidence("mean delay after 17:00, minutes", late.mean())`
        """
        return computed.HERE.evidence(what, value, self._recorder.cell)

    def heard(self, name: str) -> dict[str, Any]:
        """Return the whole of a claim or a challenge, in the kernel of a roundtable's expert.

        Example: `lathe.heard("B2")["evidence"]`
        """
        return computed.HERE.heard(name)
