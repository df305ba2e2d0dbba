"""How a plan is carried out: what is ready begins, what failed is tried otherwise, by rule.

Every step is a subtask and every change of a step a host call, so that a cell which runs again
goes the way it went. Steps that have ended are taken one at a time, in lathe's order, and what that
makes possible begins before the next is taken.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, cast

from lathe_kernel import delegation, plan_changes, plan_forms, plan_texts
from lathe_kernel.channel import close
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.messages import Handler
from lathe_kernel.outcomes import Outcome
from lathe_kernel.plan import HERE, Plan, Standing
from lathe_kernel.plan_flow import DataGone, Flow, taken
from lathe_kernel.plan_result import PlanResult, StepFailed, outcome_of
from lathe_kernel.plan_steps import Agent, Step, agent_name
from lathe_kernel.subtasks import Subtask

Decides = Literal["go_on", "raise"] | Callable[..., object]
# Times that a step begins in all, whoever wants it tried again.
_MOST = 10
# Times that a step's own agent tries.
_TRIES = 2
_REASON = 500
# How a subtask ended that its agent could end otherwise when it knows why.
_WORTH_ANOTHER = ("failed", "incomplete")
# How one ended that the fallback could still do.
_WORTH_A_FALLBACK = (*_WORTH_ANOTHER, "out_of_budget", "refused")


def checked_failure(given: object) -> Decides:
    """Return what decides about a step that failed.

    Raises:
        LatheError: it is none of the words, and no function.
    """
    if given in ("go_on", "raise") or callable(given):
        return given
    raise invalid(f'`on_failure` is "go_on", "raise" or a function, not {given!r:.80}.')


class Course:
    """One run of a plan."""

    def __init__(
        self,
        plan: Plan,
        on_step: Callable[..., object] | None,
        on_failure: Decides,
        on_message: Handler | None,
        parallel: int,
    ) -> None:
        """Begin nothing yet."""
        self._plan = plan
        self._flow = Flow(plan)
        self._on_step = on_step
        self._on_failure = on_failure
        self._on_message = on_message
        self._parallel = 1 if plan.strategy == "sequential" else parallel
        self._running: dict[str, Subtask] = {}
        # Whether the user may have changed the plan.
        self._asks = True
        # What is ready and waits for its turn, told once.
        self._waiting: set[str] = set()
        # Why the last attempt of a step came to nothing, for the next.
        self._failed: dict[str, str] = {}
        self._stops_at: str | None = None
        # Why nothing more begins.
        self._halted: str | None = None

    def run(self) -> PlanResult:
        """Carry it out.

        Raises:
            StepFailed: a required step came to nothing, where that is what was asked for.
        """
        try:
            while True:
                self._take_changes()
                self._begin_ready()
                if not self._running:
                    break
                self._take_ended()
        except BaseException as error:
            self._cancel()
            why = "interrupted" if isinstance(error, KeyboardInterrupt) else f"{error}"[:_REASON]
            self._end("stopped", why or type(error).__name__)
            raise
        status, reason = self._ending()
        self._end(status, reason)
        result = PlanResult(self._plan, status, reason)
        if self._stops_at is not None:
            standing = self._plan.standing(self._stops_at)
            raise StepFailed(self._stops_at, standing.reason, result)
        return result

    def _cancel(self) -> None:
        self._stop_running()
        for name in self._running:
            self._plan.standing(name).state = "failed"
            self._plan.standing(name).reason = "the plan was stopped"

    def _stop_running(self) -> None:
        if self._running:
            identifiers = [one.id for one in self._running.values()]
            close(HERE.begins.channel.call("cancel", {"ids": identifiers}).descriptors)

    def _ending(self) -> tuple[str, str]:
        lacking = [
            f"{one.name} ({self._plan.standing(one.name).state.replace('_', ' ')}: "
            f"{self._plan.standing(one.name).reason})"
            for one in self._plan.steps
            if one.required and self._plan.standing(one.name).state != "complete"
        ]
        if not lacking:
            return "complete", ""
        return "incomplete", f"no result of {'; '.join(lacking)}"[:_REASON]

    def _end(self, status: str, reason: str) -> None:
        arguments = {"plan": self._plan.number, "status": status, "reason": reason}
        close(HERE.begins.channel.call("plan_end", arguments).descriptors)

    def _take_changes(self) -> None:
        """Go on with the plan as the user wants it by now."""
        while self._asks:
            out = plan_changes.taken(self._plan)
            self._asks = out is not None
            for name in out or ():
                self._waiting.discard(name)
                self._failed.pop(name, None)

    # --- beginning ------------------------------------------------------------------------------

    def _begin_ready(self) -> None:
        """Begin what can begin; what cannot any more is not run."""
        while True:
            while self._leave_out():
                pass
            ready = self._ready()
            for one in ready:
                if len(self._running) < self._parallel:
                    self._begin(one)
                elif one.name not in self._waiting:
                    self._waiting.add(one.name)
                    self._tell(one, "ready", self._plan.standing(one.name).attempts + 1)
            # What could not begin may have made way for something else.
            if self._running or not ready:
                return

    def _ready(self) -> list[Step]:
        waiting = [one for one in self._plan.steps if self._state(one.name) == "waiting"]
        if self._plan.strategy == "sequential":
            return [] if self._running else waiting[:1]
        if self._plan.share and self._running:
            # The next ones begin together, with all that was found before.
            return []
        return [one for one in waiting if self._flow.is_ready(one)]

    def _state(self, name: str) -> str:
        return self._plan.standing(name).state

    def _leave_out(self) -> bool:
        """Leave out what needs a required step that has no result; return whether there was any."""
        for one in self._plan.steps:
            if self._state(one.name) != "waiting":
                continue
            if (lacking := self._lacking(one)) is None:
                continue
            standing = self._plan.standing(one.name)
            standing.state, standing.reason = "not_run", lacking
            self._tell(one, "not_run", max(standing.attempts, 1), reason=lacking)
            return True
        return False

    def _lacking(self, one: Step) -> str | None:
        return self._halted or self._flow.lacking(one)

    def _begin(self, one: Step) -> None:
        standing = self._plan.standing(one.name)
        agent = self._agent(one, standing)
        failed = self._failed.get(one.name)
        try:
            subtask = self._delegated(one, agent, failed)
        except DataGone as gone:
            subtask = self._earlier(one)
            if subtask is None:
                self._again(gone.step)
                return
        except LatheError as error:
            standing.attempts += 1
            standing.agent = agent_name(agent)
            self._fails(one, "not_run", f"it could not begin: {error.reason}", None)
            return
        standing.attempts += 1
        standing.state, standing.agent = "running", agent_name(agent)
        standing.subtasks.append(subtask.id)
        self._running[one.name] = subtask
        self._tell(one, "running", standing.attempts, subtask.id, standing.agent)

    def _earlier(self, one: Step) -> Subtask | None:
        """Return the attempt of this cell's earlier run that ended, where it cannot be begun alike.

        What it was given ended with an earlier program run; what came of it did not.
        """
        standing = self._plan.standing(one.name)
        before = [number for name in one.needs for number in self._plan.standing(name).subtasks]
        after = max([*before, *standing.subtasks], default=0)
        known = [it for it in HERE.begins.all() if it.label == one.name and it.id > after]
        oldest = min(known, key=lambda it: it.id, default=None)
        return oldest if oldest is not None and oldest.status != "running" else None

    @staticmethod
    def _agent(one: Step, standing: Standing) -> Agent:
        if standing.fell_back and one.fallback is not None:
            return one.fallback
        return one.agent

    def _delegated(self, one: Step, agent: Agent, failed: str | None) -> Subtask:
        data, given, missing = self._flow.data(one)
        asks = self._plan.strategy == "hierarchical"
        text = plan_texts.task(
            one, self._plan.goal, given, missing, self._flow.found(one), failed, asks=asks
        )
        budget, max_turns = self._plan.allows(one.name)
        shared = delegation.Request(
            agent=agent,
            task=text,
            returns=plan_forms.wrapped(one.returns) if asks else one.returns,
            model=self._plan.model(one.name),
            parallel=1,
            max_turns=max_turns,
            limits=None,
            budget=budget,
            required=one.required,
            talk_with=self._flow.partners(one),
        )
        return delegation.started(HERE.begins, HERE.files, shared, [(one.name, data)])[0]

    def _again(self, name: str) -> None:
        """Run a step once more whose data ended with a program run of lathe."""
        because = "its data ended with an earlier run of the program"
        try:
            # What it may use once more is part of the plan's bounds.
            self._plan.revise(self._plan.steps, f"{name!r} is run again: {because}", (name,))
        except LatheError as error:
            standing = self._plan.standing(name)
            standing.state = "failed"
            standing.reason = f"{because}, and it cannot be made again: {error.reason}"
            self._tell(self._plan[name], "not_run", standing.attempts, reason=standing.reason)
            return
        self._plan.opened((name,))
        attempts = self._plan.standing(name).attempts
        self._tell(self._plan[name], "ready", attempts + 1, reason=because)

    # --- taking ---------------------------------------------------------------------------------

    def _take_ended(self) -> None:
        handles = list(self._running.values())
        plan = plan_changes.running(self._plan)
        ended, self._asks, stops = HERE.begins.attend(
            handles, plan, self._on_message, together=self._plan.share
        )
        if stops:
            self._halted = self._halted or "a message stopped the plan (on_message)"
            self._stop_running()
        numbers = {one.id for one in ended}
        # A batch in the plan's order, whichever ended first.
        names = [
            one.name
            for one in self._plan.steps
            if one.name in self._running and self._running[one.name].id in numbers
        ]
        for name in names:
            outcome = self._running.pop(name).outcome()
            self._take(self._plan[name], outcome)
        for name in names:
            if self._on_step is not None and self._plan.standing(name).is_over:
                self._on_step(outcome_of(self._plan, name))

    def _take(self, one: Step, outcome: Outcome) -> None:
        standing = self._plan.standing(one.name)
        standing.status = outcome.status
        standing.tokens += outcome.tokens or 0
        standing.seconds = round(standing.seconds + (outcome.seconds or 0), 3)
        if not outcome.ok:
            self._fails(one, outcome.status, outcome.reason or "no reason was given", outcome.id)
            return
        value, asked = outcome.value, None
        if self._plan.strategy == "hierarchical":
            value, asked = outcome.value["result"], outcome.value.get("steps")
        standing.state, standing.reason = "complete", ""
        standing.value = taken(value)
        self._tell(one, "complete", standing.attempts, outcome.id, standing.agent)
        if asked:
            self._extend(one, asked)

    def _extend(self, one: Step, asked: object) -> None:
        """Take up steps that a step asks for, or say why not."""
        try:
            self._plan.extend(plan_forms.asked_by(one, asked), f"step {one.name!r} asked for more")
        except LatheError as error:
            self._plan.refused.append(f"steps that {one.name!r} asked for: {error.reason}")
            print(f"[{self._plan.refused[-1]}]")

    # --- failing --------------------------------------------------------------------------------

    def _fails(self, one: Step, status: str, reason: str, subtask: int | None) -> None:
        """Try a step otherwise, as far as the rule goes; then leave it."""
        standing = self._plan.standing(one.name)
        if not standing.fell_back:
            standing.own += 1
        was_by = standing.agent
        state = "stalled" if status == "incomplete" else "failed"
        reason = " ".join(reason.split())[:_REASON]
        arguments = (one, state, standing.attempts, subtask, was_by)
        if standing.attempts >= _MOST:
            status = "cancelled"
            reason = f"{reason} (it has begun {_MOST} times, which is the most)"
        if status in _WORTH_ANOTHER and not standing.fell_back and standing.own < _TRIES:
            self._retry(one, reason)
            self._tell(*arguments, reason=f"{reason} — next: {was_by} is told why, and tries again")
            return
        if status in _WORTH_A_FALLBACK and one.fallback is not None and not standing.fell_back:
            standing.fell_back = True
            self._retry(one, reason)
            next_one = agent_name(one.fallback)
            self._tell(*arguments, reason=f"{reason} — next: {next_one} takes it over")
            return
        standing.state, standing.reason = "failed", reason
        # Whoever stopped it wants no other attempt.
        asks = one.required and status != "cancelled" and not callable(self._on_failure)
        told = self._tell(*arguments, reason=f"{reason} — next: {self._next()}", asks=asks)
        if told.get("user") == "again":
            self._plan.revise(self._plan.steps, "the user wants it tried again", (one.name,))
            self._plan.opened((one.name,))
            self._failed[one.name] = reason
            return
        self._put(one, reason)

    def _next(self) -> str:
        if callable(self._on_failure):
            return "the code that runs the plan decides"
        return "the plan stops" if self._on_failure == "raise" else "what needs it is not run"

    def _retry(self, one: Step, reason: str) -> None:
        self._plan.standing(one.name).state = "waiting"
        self._failed[one.name] = reason

    def _put(self, one: Step, reason: str) -> None:
        """Put a failed step to the code that runs the plan."""
        standing = self._plan.standing(one.name)
        if self._on_failure == "raise" and one.required and self._stops_at is None:
            self._stops_at = one.name
            self._halted = f"the plan was stopped, since {one.name!r} failed"
        if not callable(self._on_failure) or standing.was_put:
            return
        standing.was_put = True
        other = self._on_failure(outcome_of(self._plan, one.name))
        if other is None:
            return
        if not isinstance(other, Step):
            raise invalid(f"`on_failure` returns None or a lathe.step(…), not {other!r:.80}.")
        self._failed[one.name] = reason
        self._plan.replaced(
            one.name,
            replace(other, by=one.by),
            f"{one.name!r} failed, and the code has another way",
        )

    def _tell(
        self,
        one: Step,
        state: str,
        attempt: int,
        subtask: int | None = None,
        agent: str | None = None,
        *,
        reason: str | None = None,
        asks: bool = False,
    ) -> dict[str, Any]:
        """Have lathe write down where a step stands."""
        arguments = {
            "plan": self._plan.number,
            "step": one.name,
            "state": state,
            "attempt": attempt,
            "subtask": subtask,
            "agent": agent,
            "reason": reason,
            "ask": asks,
        }
        reply = HERE.begins.channel.call("plan_step", arguments)
        close(reply.descriptors)
        return cast("dict[str, Any]", reply.value)
