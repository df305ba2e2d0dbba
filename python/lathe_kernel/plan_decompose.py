"""A plan that a model writes: a typed question, checked as any plan, asked once more."""

from collections.abc import Mapping
from typing import Any, cast

from lathe_kernel import plan as planning
from lathe_kernel import plan_steps, roundtable_texts
from lathe_kernel.channel import close
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.plan import HERE, Plan
from lathe_kernel.plan_forms import PLANNED
from lathe_kernel.plan_steps import STRATEGIES, Step

_MAXIMUM_STEPS = 12


def decomposed(
    goal: str,
    data: object,
    strategy: str | None,
    budget: dict[str, Any] | None,
    model: str | None,
) -> Plan:
    """Return a plan for a goal, as a model described it.

    Raises:
        LatheError: the model gave none, or twice none that can be used.
    """
    if not str(goal).strip():
        raise invalid("`goal` says what the plan is to reach.")
    if strategy is not None and strategy not in STRATEGIES:
        raise invalid(f"`strategy` is {', '.join(STRATEGIES)}, not {strategy!r}.")
    parts = _parts(data)
    prompt = asking(goal, parts, strategy)
    reply = _asked(prompt, model)
    try:
        return _made(goal, reply, parts, strategy, budget)
    except LatheError as error:
        if error.code not in ("invalid_arguments", "library", "limit"):
            raise
        problem = error.reason
    reply = _asked(roundtable_texts.again(prompt, reply, problem), model)
    return _made(goal, reply, parts, strategy, budget)


def _parts(data: object) -> dict[str, object]:
    if data is None:
        return {}
    if isinstance(data, Mapping):
        return {str(name): one for name, one in cast("Mapping[object, object]", data).items()}
    return {"data": data}


def _asked(prompt: str, model: str | None) -> Any:
    arguments = {"prompt": prompt, "model": model, "returns": PLANNED}
    reply = HERE.begins.channel.call("ask_model", arguments)
    close(reply.descriptors)
    return reply.value["value"]


def asking(goal: str, parts: Mapping[str, object], strategy: str | None) -> str:
    """Return the question for a plan."""
    wanted = f'\n`strategy` is "{strategy}".' if strategy in ("parallel", "sequential") else ""
    return f"""Plan how this goal is reached:
{roundtable_texts.quoted(goal)}

The data, by name; nobody has seen what is in it:
{roundtable_texts.described(parts) if parts else "none"}

Each step is carried out by an agent of its own, in a Python kernel of its own, which knows nothing
but its task, the data that `data` names, and the results of the steps in its `needs`. So a task
says in whole sentences what is to be done and what its result is. At most {_MAXIMUM_STEPS} steps,
and fewer are better: a step is worth it where its work is large, can go on beside others, or needs
another view. What can be computed in one go is one step. `needs` name earlier steps and have no
cycle. `required` is false for what the goal can do without. One last step usually brings the
results together. `complexity`: low for a look, medium for an analysis, high for much of
it.{wanted}"""


def _made(
    goal: str,
    reply: Any,
    parts: Mapping[str, object],
    strategy: str | None,
    budget: dict[str, Any] | None,
) -> Plan:
    lines = cast("list[dict[str, Any]]", reply["steps"])
    if not 0 < len(lines) <= _MAXIMUM_STEPS:
        raise invalid(f"a plan has 1 to {_MAXIMUM_STEPS} steps, not {len(lines)}.")
    steps = [_step(line, parts) for line in lines]
    return planning.made(goal, steps, strategy or str(reply["strategy"]), False, budget)


def _step(line: dict[str, Any], parts: Mapping[str, object]) -> Step:
    names = [str(one) for one in cast("list[object]", line.get("data") or [])]
    for name in names:
        if name not in parts:
            known = ", ".join(parts) or "none"
            raise invalid(f"step {line['name']!r}: there is no data {name!r}; there is: {known}.")
    given = {name: parts[name] for name in names}
    return plan_steps.step(
        str(line["name"]),
        str(line["task"]),
        str(line["agent"]).strip() if line.get("agent") else None,
        data=next(iter(given.values())) if len(given) == 1 else given or None,
        needs=line["needs"],
        required=bool(line["required"]),
        complexity=str(line["complexity"]),
    )
