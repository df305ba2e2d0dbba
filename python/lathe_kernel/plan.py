"""Plans: a graph of steps, each a subtask, which lathe checks before anything of it begins."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from lathe_kernel import plan_steps
from lathe_kernel.background import Background
from lathe_kernel.channel import close
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.kept import KeptFiles
from lathe_kernel.messages import Handler
from lathe_kernel.packages import pandas
from lathe_kernel.plan_steps import STRATEGIES, Step, Strategy, agent_name

StepState = Literal["waiting", "running", "complete", "failed", "not_run"]
_MAXIMUM_GOAL = 4_000
_SHOWN = 12
_LINE = 100


@dataclass
class Reach:
    """What plans of this kernel reach lathe by; a plan that was saved finds it again."""

    background: Background | None = None
    store: KeptFiles | None = None

    def attach(self, background: Background, store: KeptFiles) -> None:
        """Serve this kernel."""
        (self.background, self.store) = (background, store)

    @property
    def begins(self) -> Background:
        """What begins subtasks."""
        if self.background is None:
            raise LatheError("gone", "there is no lathe here to run a plan.")
        return self.background

    @property
    def files(self) -> KeptFiles:
        """What hands data over."""
        if self.store is None:
            raise LatheError("gone", "there is no lathe here to run a plan.")
        return self.store


# Of this kernel: a fork of the template begins with none.
HERE = Reach()


@dataclass
class Standing:
    """Where one step stands. `value` is its result, data of it brought here."""

    state: StepState = "waiting"
    attempts: int = 0
    agent: str = ""
    reason: str = ""
    value: Any = None
    status: str = ""
    tokens: int = 0
    seconds: float = 0.0
    subtasks: list[int] = field(default_factory=list[int])
    # Attempts of its own agent since it was last opened, and what else was tried.
    own: int = 0
    fell_back: bool = False
    was_put: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it by itself."""
        return self.state in ("complete", "failed", "not_run")


class Plan:
    """A plan that lathe has checked: `.run()` carries it out, `.add(lathe.step(…))` extends it."""

    def __init__(
        self,
        goal: str,
        steps: list[Step],
        strategy: Strategy,
        share: bool,
        budget: dict[str, Any] | None,
    ) -> None:
        """Hold a plan that lathe has not seen."""
        self.goal = goal
        self.strategy: Strategy = strategy
        self.share = share
        self.budget = budget
        self.steps = steps
        self.number = 0
        self.revision = 0
        self.told = ""
        # Steps that were asked for and refused, with the reasons.
        self.refused: list[str] = []
        # What the user changed while it ran, from another terminal.
        self.changed: list[str] = []
        self._each: dict[str, dict[str, Any]] = {}
        self._standing: dict[str, Standing] = {}
        # Called between the steps of a run, so that what others changed is taken up.
        self._is_running = False

    # --- what it is -----------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Step:
        """Return a step by its name. Example: `plan["clean"].task`."""
        for one in self.steps:
            if one.name == name:
                return one
        raise invalid(f"there is no step {name!r}; there are {', '.join(map(_name, self.steps))}.")

    def standing(self, name: str) -> Standing:
        """Return where a step stands. Example: `plan.standing("clean").state`."""
        return self._standing.setdefault(self[name].name, Standing())

    @property
    def table(self) -> Any:
        """A DataFrame of its steps: agent, needs, state. Example: `plan.table`."""
        return pandas().DataFrame([_row(one, self.standing(one.name)) for one in self.steps])

    def __repr__(self) -> str:
        """Show the steps in a bounded number of lines."""
        lines = [f"Plan {self.number}: {self.goal[:_LINE]}", f"  {self.told}"]
        for one in self.steps[:_SHOWN]:
            needs = f" ← {', '.join(one.needs)}" if one.needs else ""
            optional = "" if one.required else " (optional)"
            state = self.standing(one.name).state
            line = f"  {one.name}{optional}, {agent_name(one.agent)}, {state}{needs}: {one.task}"
            lines.append(" ".join(line.split())[:_LINE] if len(line) > _LINE else line)
        if (more := len(self.steps) - _SHOWN) > 0:
            lines.append(f"  … {more} more steps: .table")
        lines.append("  .run() carries it out; .table, .steps, .add(lathe.step(…))")
        return "\n".join(lines)

    # --- what lathe checks ----------------------------------------------------------------------

    def revise(
        self, steps: list[Step], because: str | None, reopened: tuple[str, ...] = ()
    ) -> None:
        """Have lathe check these steps, and take them.

        Raises:
            LatheError: it refused; the plan stays as it was.
        """
        arguments = {**self.arguments(steps, because), "reopened": list(reopened)}
        reply = HERE.begins.channel.call("plan", arguments)
        close(reply.descriptors)
        value = cast("dict[str, Any]", reply.value)
        if value["edited"] is not None:
            known = {one.name: one for one in steps}
            steps = plan_steps.edited(known, value["edited"]["steps"])
            self.strategy = value["edited"]["strategy"]
        self.become(steps, value)
        print(f"[{self.told}]")

    def arguments(self, steps: list[Step], because: str | None) -> dict[str, Any]:
        """Return what lathe is told of the whole plan."""
        return {
            "goal": self.goal,
            "strategy": self.strategy,
            "share": self.share,
            "budget": self.budget,
            "steps": [plan_steps.wire(one) for one in steps],
            "plan": self.number or None,
            "because": because,
        }

    def become(self, steps: list[Step], value: dict[str, Any]) -> None:
        """Take a form that lathe has checked."""
        self.steps = steps
        self.number, self.revision = int(value["plan"]), int(value["revision"])
        self._each = value["each"]
        self.told = str(value["told"])

    def allows(self, name: str) -> tuple[dict[str, Any], int]:
        """Return what an attempt of a step may use: its budget, and its turns."""
        each = self._each[name]
        return dict(each["budget"]), int(each["max_turns"])

    def model(self, name: str) -> str | None:
        """Return the role of the model for the next attempt of a step; None for the session's."""
        roles = cast("list[str | None]", self._each[name].get("models") or [])
        index = 1 if self.standing(name).fell_back else 0
        return roles[index] if index < len(roles) else self[name].model

    def add(self, *steps: Step) -> None:
        """Add steps, also while it runs; lathe checks the whole plan anew.

        Example: `plan.add(lathe.step("check", task="…", needs=["clean"]))`

        Raises:
            LatheError: the plan with them is refused; it stays as it was.
        """
        self.extend(list(steps), "steps were added by code")

    def extend(self, steps: list[Step], because: str) -> None:
        """Add steps for a reason.

        Raises:
            LatheError: the plan with them is refused.
        """
        added = plan_steps.steps_of([*self.steps, *steps])
        self.revise(added, because)

    def replaced(self, name: str, other: Step, because: str) -> None:
        """Put another step in the place of one that failed, and open it again.

        Raises:
            LatheError: the plan with it is refused.
        """
        other = replace(other, name=name)
        steps = [other if one.name == name else one for one in self.steps]
        self.revise(steps, because, (name,))
        self.opened((name,))

    def opened(self, names: tuple[str, ...]) -> None:
        """Let steps that are over begin anew; their attempts are counted on."""
        for name in names:
            old = self.standing(name)
            self._standing[name] = Standing(
                attempts=old.attempts, subtasks=old.subtasks, was_put=old.was_put
            )

    # --- running --------------------------------------------------------------------------------

    def run(
        self,
        on_step: Callable[..., object] | None = None,
        on_failure: object = "go_on",
        parallel: int = 8,
        on_message: Handler | None = None,
    ) -> Any:
        """Carry it out: steps run as subtasks once what they need is there; return a PlanResult.

        Example: `r = plan.run(); print(r); r["sum"]`

        A step that fails is tried once more with the reason told to its agent, then its
        `fallback` takes it over. Then `on_failure` decides: "go_on" (what does not need it still
        runs, and the result is incomplete), "raise" (StepFailed, once what runs has ended), or a
        function of its StepOutcome that may return another `lathe.step(…)` for it, once. `on_step`
        is called with each StepOutcome and may `plan.add(…)`. Run again, it goes on with what has
        no result. `parallel` steps run at a time. What is important and comes meanwhile is printed,
        or given to `on_message(m)`, which may `lathe.reply(m, …)`; once it returns True the plan
        stops.

        Raises:
            StepFailed: a required step failed, with `on_failure="raise"`.
            LatheError: it may not go on.
        """
        from lathe_kernel.plan_run import Course, checked_failure

        if self._is_running:
            raise invalid("this plan is running: `add` steps to it, do not run it within itself.")
        if parallel < 1:
            raise invalid(f"`parallel` is at least 1, not {parallel}.")
        decides = checked_failure(on_failure)
        again = tuple(
            one.name
            for one in self.steps
            if self.standing(one.name).state in ("failed", "not_run", "running")
        )
        if again:
            self.revise(self.steps, "it is run again for what has no result", again)
            self.opened(again)
        self._is_running = True
        try:
            return Course(self, on_step, decides, on_message, parallel).run()
        finally:
            self._is_running = False


def made(
    goal: str,
    steps: object,
    strategy: str,
    share: bool,
    budget: dict[str, Any] | None,
) -> Plan:
    """Return a plan that lathe has checked, and that the user has seen where they want to.

    Raises:
        LatheError: it is refused; nothing of it began.
    """
    if not str(goal).strip() or len(goal) > _MAXIMUM_GOAL:
        raise invalid(f"`goal` is a text of 1 to {_MAXIMUM_GOAL:,} characters.")
    if strategy not in STRATEGIES:
        raise invalid(f"`strategy` is {', '.join(STRATEGIES)}, not {strategy!r}.")
    if share and strategy == "sequential":
        raise invalid("a sequential plan shares what was found anyway; leave out `share`.")
    plan = Plan(goal.strip(), [], strategy, share, budget)
    plan.revise(plan_steps.steps_of(steps), None)
    return plan


def _name(one: Step) -> str:
    return one.name


def _row(one: Step, standing: Standing) -> dict[str, Any]:
    return {
        "step": one.name,
        "agent": agent_name(one.agent),
        "needs": ", ".join(one.needs),
        "required": one.required,
        "state": standing.state,
        "attempts": standing.attempts,
        "reason": standing.reason,
        "task": one.task,
    }
