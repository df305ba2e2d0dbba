"""What the user changes of a plan while it runs, from another terminal; lathe checks it first."""

from collections.abc import Iterable
from typing import Any, cast

from lathe_kernel import plan_steps
from lathe_kernel.channel import close
from lathe_kernel.plan import HERE, Plan
from lathe_kernel.plan_steps import STRATEGIES


def running(plan: Plan) -> dict[str, Any]:
    """Return what lathe is told of a plan that runs: which form of it, and what has begun."""
    begun = [
        one.name
        for one in plan.steps
        if plan.standing(one.name).state != "waiting" or plan.standing(one.name).attempts
    ]
    return {"plan": plan.number, "revision": plan.revision, "begun": begun}


def taken(plan: Plan) -> tuple[str, ...] | None:
    """Take up the next change; return the steps that it takes out, or None where there is none.

    Steps that are tried otherwise than before begin to count anew.
    """
    waiting = [one.name for one in plan.steps if plan.standing(one.name).state == "waiting"]
    reply = HERE.begins.channel.call(
        "plan_change", {**plan.arguments(plan.steps, None), **running(plan), "open": waiting}
    )
    close(reply.descriptors)
    value = cast("dict[str, Any]", reply.value)
    if "plan" not in value:
        return None
    before = {one.name: one for one in plan.steps}
    steps = plan_steps.edited(before, value["edited"]["steps"])
    assert value["edited"]["strategy"] in STRATEGIES
    plan.become(steps, value)
    because = str(value["because"])
    plan.changed.append(because)
    print(f"[{plan.told}; {because}]")
    plan.opened(tuple(_known(value["reopened"], before)))
    names = {one.name for one in steps}
    return tuple(name for name in before if name not in names)


def _known(names: Iterable[object], steps: dict[str, plan_steps.Step]) -> list[str]:
    return [str(name) for name in names if name in steps]
