"""What comes out of a plan: a typed outcome for each step."""

from dataclasses import dataclass
from typing import Any

from lathe_kernel import plan_texts
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.packages import pandas
from lathe_kernel.plan import Plan
from lathe_kernel.plan_steps import agent_name
from lathe_kernel.roundtable_result import safe

_SHOWN = 12
_LINE = 200


class StepFailed(LatheError):
    """A required step of a plan came to nothing; `.step` names it, `.result` has what there is."""

    def __init__(self, step: str, reason: str, result: "PlanResult") -> None:
        """Name the step and why."""
        super().__init__("model_failed", f"step {step!r} failed: {reason}")
        self.step = step
        self.result = result


StepFailed.__module__ = "lathe"


@dataclass(frozen=True)
class StepOutcome:
    """How one step ended.

    `state` is complete, failed or not_run; `status` that of its last subtask; `subtasks` are the
    numbers of all its attempts.
    """

    name: str
    state: str
    value: Any
    reason: str
    agent: str
    attempts: int
    required: bool
    status: str
    subtasks: tuple[int, ...]
    tokens: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether there is a result."""
        return self.state == "complete"

    def __bool__(self) -> bool:
        """Be true where there is a result."""
        return self.ok

    def __repr__(self) -> str:
        """Show how it ended with a bounded value or reason."""
        shown = plan_texts.brief(self.value) if self.ok else self.reason[:_LINE]
        return f"StepOutcome({self.name!r}, {self.state}, {shown})"


def outcome_of(plan: Plan, name: str) -> StepOutcome:
    """Return how a step stands, as a value of its own."""
    step, standing = plan[name], plan.standing(name)
    return StepOutcome(
        name=name,
        state=standing.state,
        value=standing.value,
        reason=standing.reason,
        agent=standing.agent or agent_name(step.agent),
        attempts=standing.attempts,
        required=step.required,
        status=standing.status,
        subtasks=tuple(standing.subtasks),
        tokens=standing.tokens,
        seconds=standing.seconds,
    )


class PlanResult:
    """What a plan came to. True where every required step has a result.

    `status` is complete, incomplete or stopped; `reason` says why it is not complete.
    """

    def __init__(self, plan: Plan, status: str, reason: str) -> None:
        """Keep how each step ended."""
        self.number = plan.number
        self.goal = plan.goal
        self.status = status
        self.reason = reason
        self.outcomes = {one.name: outcome_of(plan, one.name) for one in plan.steps}
        self.refused = list(plan.refused)
        # What the user changed while it ran.
        self.changed = list(plan.changed)

    @property
    def results(self) -> dict[str, Any]:
        """The results that there are, by step. Example: `result.results["clean"]`."""
        return {name: one.value for name, one in self.outcomes.items() if one.ok}

    @property
    def failed(self) -> list[StepOutcome]:
        """The steps without a result. Example: `[(o.name, o.reason) for o in result.failed]`."""
        return [one for one in self.outcomes.values() if not one.ok]

    def __getitem__(self, name: str) -> Any:
        """Return a step's result. Example: `result["sum"]`.

        Raises:
            LatheError: there is no such step, or it has none; the reason says why.
        """
        if name not in self.outcomes:
            changed = f"; meanwhile {'; '.join(self.changed)}" if self.changed else ""
            raise invalid(
                f"there is no step {name!r}; there are {', '.join(self.outcomes)}{changed}."
            )
        one = self.outcomes[name]
        if not one.ok:
            raise LatheError("gone", f"step {name!r} has no result: {one.state}: {one.reason}")
        return one.value

    @property
    def table(self) -> Any:
        """A DataFrame, a row a step: agent, state, attempts, subtasks, tokens, seconds, reason."""
        return pandas().DataFrame([_row(one) for one in self.outcomes.values()])

    def markdown(self) -> str:
        """Return all of it as Markdown for an answer. Example: `lathe.answer(r.markdown())`."""
        parts = [f"**{safe(self.goal)}**"]
        if self.reason:
            parts.append(f"The plan is {self.status}: {safe(self.reason)}")
        lines = [_line_of(one) for one in self.outcomes.values()]
        parts.append("\n".join(lines))
        if self.changed:
            lines = [f"- {safe(one)}" for one in self.changed]
            parts.append("\n".join(["Changed while it ran:", "", *lines]))
        if self.refused:
            parts.append(
                "Asked for and refused:\n" + "\n".join(f"- {safe(r)}" for r in self.refused)
            )
        return "\n\n".join(parts)

    def __bool__(self) -> bool:
        """Be true where every required step has a result."""
        return self.status == "complete"

    def __repr__(self) -> str:
        """Show how each step ended, in a bounded number of lines."""
        done = sum(one.ok for one in self.outcomes.values())
        lines = [f"Plan {self.number}: {self.status}, {done} of {len(self.outcomes)} steps"]
        if self.reason:
            lines.append(f"  why: {self.reason[:_LINE]}")
        for one in list(self.outcomes.values())[:_SHOWN]:
            tried = f", {one.attempts} attempts" if one.attempts > 1 else ""
            shown = plan_texts.brief(one.value) if one.ok else one.reason[:_LINE]
            lines.append(f"  {one.name} {one.state} ({one.agent}{tried}): {shown}")
        if (more := len(self.outcomes) - _SHOWN) > 0:
            lines.append(f"  … {more} more: .table")
        lines += [f"  changed: {one[:_LINE]}" for one in self.changed[-3:]]
        lines += [f"  refused: {one[:_LINE]}" for one in self.refused[:3]]
        lines.append("  .results, .outcomes, .table, .markdown()")
        return "\n".join(lines)


def _row(one: StepOutcome) -> dict[str, Any]:
    return {
        "step": one.name,
        "agent": one.agent,
        "state": one.state,
        "attempts": one.attempts,
        "required": one.required,
        "subtasks": ", ".join(f"subtask://{number}" for number in one.subtasks),
        "tokens": one.tokens,
        "seconds": one.seconds,
        "reason": one.reason,
    }


def _line_of(one: StepOutcome) -> str:
    where = f" (subtask://{one.subtasks[-1]})" if one.subtasks else ""
    if one.ok:
        return f"- **{safe(one.name)}**{where}: {safe(plan_texts.brief(one.value, 1_000))}"
    optional = "" if one.required else ", optional"
    state = one.state.replace("_", " ")
    return f"- **{safe(one.name)}** {state}{optional}{where}: {safe(one.reason)}"
