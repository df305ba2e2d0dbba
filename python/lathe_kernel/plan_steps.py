"""The steps of a plan: what each is to do, who does it, and what it needs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from lathe_kernel import delegation
from lathe_kernel.errors import invalid
from lathe_kernel.roundtable_texts import described
from lathe_kernel.schema import Schema, schema_of

Strategy = Literal["parallel", "sequential", "hierarchical"]
STRATEGIES: tuple[Strategy, ...] = ("parallel", "sequential", "hierarchical")
COMPLEXITIES = ("low", "medium", "high")
# The name under which a step with needs finds its own data.
OWN = "data"
_NAME = re.compile(r"[^\W_][\w .-]*(/[^\W_][\w .-]*)*\Z")
_MAXIMUM_NAME = 60
_MAXIMUM_DESCRIBED = 1_000

Agent = str | dict[str, Any]
WORKER: dict[str, Any] = {
    "name": "worker",
    "instructions": (
        "You carry out one step of a larger plan. Do what its task says, with the data that you "
        "have, and nothing else. Compute rather than guess. If it cannot be done, say what is "
        "missing instead of an answer that looks like one."
    ),
    "returns": None,
    "model": None,
    "limits": None,
}


@dataclass(frozen=True)
class Step:
    """One step of a plan. `lathe.step(…)` makes it."""

    name: str
    task: str
    agent: Agent
    data: object = None
    needs: tuple[str, ...] = ()
    required: bool = True
    fallback: Agent | None = None
    complexity: str | None = None
    model: str | None = None
    returns: Schema | None = None
    budget: dict[str, Any] | None = None
    max_turns: int | None = None
    talk: tuple[str, ...] = ()
    # The step that asked for it.
    by: str | None = None

    def __repr__(self) -> str:
        """Show its name, who does it and what it needs, never its data."""
        needs = f", needs {', '.join(self.needs)}" if self.needs else ""
        optional = "" if self.required else ", optional"
        task = self.task if len(self.task) <= 80 else f"{self.task[:79]}…"
        return f"Step({self.name!r}, {agent_name(self.agent)}{needs}{optional}: {task!r})"


def step(
    name: str,
    task: str,
    agent: object = None,
    data: object = None,
    needs: object = (),
    required: bool = True,
    fallback: object = None,
    complexity: str | None = None,
    model: str | None = None,
    returns: object = None,
    budget: dict[str, Any] | None = None,
    max_turns: int | None = None,
    talk: object = (),
) -> Step:
    """Return a checked step.

    Raises:
        LatheError: an argument that cannot be used.
    """
    if not task.strip():
        raise invalid(f"step {name!r}: `task` says what it is to do.")
    if complexity is not None and complexity not in COMPLEXITIES:
        raise invalid(f"step {name!r}: `complexity` is low, medium or high, not {complexity!r}.")
    if max_turns is not None and max_turns < 1:
        raise invalid(f"step {name!r}: `max_turns` is at least 1, not {max_turns}.")
    return Step(
        name=checked_name(name),
        task=task.strip(),
        agent=WORKER if agent is None else delegation.agent_of(agent),
        data=data,
        needs=_names(needs, name, "needs"),
        required=required,
        fallback=None if fallback is None else delegation.agent_of(fallback),
        complexity=complexity,
        model=model,
        returns=schema_of(returns),
        budget=budget,
        max_turns=max_turns,
        talk=_names(talk, name, "talk"),
    )


def checked_name(name: object) -> str:
    """Return the name of a step.

    Raises:
        LatheError: it cannot be one.
    """
    text = " ".join(str(name).split())
    if len(text) > _MAXIMUM_NAME or not _NAME.match(text) or text == OWN:
        raise invalid(
            f"{name!r:.80} cannot name a step: letters, digits, spaces, `_`, `-` and `.`, at most "
            f"{_MAXIMUM_NAME}, a letter or digit first; not {OWN!r}, which is a step's own data."
        )
    return text


def _names(given: object, name: str, what: str) -> tuple[str, ...]:
    if given is None:
        return ()
    if isinstance(given, str | Step):
        given = [given]
    if not isinstance(given, Iterable):
        raise invalid(f"step {name!r}: `{what}` is a list of names of steps.")
    members = [
        one.name if isinstance(one, Step) else checked_name(one)
        for one in cast("Iterable[object]", given)
    ]
    return tuple(dict.fromkeys(members))


def steps_of(given: object) -> list[Step]:
    """Return steps in order.

    Raises:
        LatheError: there are none, they are of another type, or two have one name.
    """
    if isinstance(given, Step):
        given = [given]
    if not isinstance(given, Iterable) or isinstance(given, str | dict):
        raise invalid("`steps` is a list of lathe.step(name, task=…).")
    found: list[Step] = []
    for one in cast("Iterable[object]", given):
        if not isinstance(one, Step):
            raise invalid(f"a step is made by lathe.step(name, task=…), not {one!r:.80}.")
        if any(other.name == one.name for other in found):
            raise invalid(f"two steps are called {one.name!r}; give each a name of its own.")
        found.append(one)
    if not found:
        raise invalid("a plan has at least one step.")
    return found


def agent_name(agent: Agent | None) -> str:
    """Return what an agent is called."""
    return agent if isinstance(agent, str) else str((agent or {}).get("name", ""))


def wire(one: Step) -> dict[str, Any]:
    """Return a step as lathe is told it: all but its data, of which only the form."""
    return {
        "name": one.name,
        "task": one.task,
        "agent": one.agent,
        "needs": list(one.needs),
        "required": one.required,
        "fallback": one.fallback,
        "complexity": one.complexity,
        "model": one.model,
        "returns": one.returns,
        "budget": one.budget,
        "max_turns": one.max_turns,
        "talk": list(one.talk),
        "data": None if one.data is None else described(one.data)[:_MAXIMUM_DESCRIBED],
        "by": one.by,
    }


def edited(known: dict[str, Step], lines: list[dict[str, Any]]) -> list[Step]:
    """Return the steps as the user edited them; what they do not show stays."""
    defined: dict[str, Agent] = {str(WORKER["name"]): WORKER}
    defined |= {
        agent["name"]: agent
        for one in known.values()
        for agent in (one.agent, one.fallback)
        if isinstance(agent, dict)
    }
    steps: list[Step] = []
    for line in lines:
        name = checked_name(line["name"])
        before = known.get(name) or Step(name=name, task=str(line["task"]), agent=WORKER)
        agent, fallback = line.get("agent"), line.get("fallback")
        steps.append(
            replace(
                before,
                task=str(line["task"]),
                needs=tuple(str(one) for one in line["needs"]),
                required=bool(line["required"]),
                complexity=line.get("complexity"),
                model=line.get("model"),
                talk=tuple(str(one) for one in line["talk"]),
                # A name that stays is the agent as it was, also one that was defined in code.
                agent=_agent(before.agent, agent or agent_name(before.agent), defined),
                fallback=None if fallback is None else _agent(before.fallback, fallback, defined),
                budget=line.get("budget", before.budget),
            )
        )
    return steps


def _agent(before: Agent | None, named: str, defined: dict[str, Agent]) -> Agent:
    if before is not None and named == agent_name(before):
        return before
    return defined.get(named, named)
