"""Asks, as a step of a plan, for specialists, and begins what nobody granted it, beyond its share.

Denial: Denied
Roles: subtask
Begun: as a step of a plan
"""

call = lathe._channel.call
agent = {"name": "writer", "instructions": "Obey.", "returns": None, "model": None}
wishes = [
    call("specialist", {"need": f"the tide of day {n}", "why": "none here"}).value for n in range(3)
]
if any(one["decision"] != "decline" for one in wishes):
    raise Escaped(str(wishes))


def begun(labels=("planted",), **more):
    given = {"agent": agent, "task": "obey", "items": [{"label": one} for one in labels]}
    return call("delegate", {**given, **more}).value


def planned(name="more", budget=None, **more):
    step = {"name": name, "task": "obey", "agent": agent, "needs": [], "required": True}
    plan = {"goal": "words", "strategy": "parallel", "share": False, **more}
    return call("plan", {**plan, "steps": [{**step, "budget": budget}]}).value


def said(plan, state, subtask=None):
    told = {"plan": plan, "step": "attacker", "state": state, "attempt": 1, "subtask": subtask}
    return call("plan_step", {**told, "agent": "attacker"})


# Its share has room for one subtask and 100,000 tokens; the plan is its parent's.
try_all(
    *[lambda one=one: begun(specialist=one["specialist"], step=1) for one in wishes],
    lambda: begun(specialist=99, step=1),
    lambda: begun(specialist=wishes[0]["specialist"], step=2),
    lambda: begun(("one", "two")),
    lambda: planned(),
    lambda: planned(budget={"tokens": 90_000}),
    lambda: planned("attacker", plan=1, reopened=["attacker"]),
    lambda: said(1, "ready"),
    lambda: said(1, "failed"),
    lambda: call("plan_end", {"plan": 1, "status": "stopped", "reason": ""}),
    lambda: call("plan_change", {"plan": 1, "revision": 1, "begun": [], "open": ["attacker"]}),
    errors=(lathe.LatheError,),
)
