"""Begins more than a plan, a delegation and a budget allow: subtasks by the thousand, budgets above its own, deeper than may be.

Denial: Denied
"""

call = lathe._channel.call
agent = {"name": "worker", "instructions": "Say done.", "returns": None, "model": None}


def delegated(count=1, **more):
    items = [{"label": str(n)} for n in range(count)]
    return call("delegate", {"agent": agent, "task": "say it", "items": items, **more})


try_all(
    lambda: delegated(501),
    lambda: delegated(100),
    lambda: delegated(0),
    lambda: delegated(budget={"tokens": -5}),
    lambda: delegated(budget={"tokens": "much"}),
    lambda: delegated(max_turns=10**6),
    lambda: delegated(limits={"memory": "900GB"}),
    lambda: delegated(limits={"cell": 10**9}),
    lambda: delegated(handoff=1),
    lambda: delegated(specialist=1),
    lambda: delegated(choice={"search": 1, "because": "so"}),
    lambda: delegated(talk=[["0", "victim"]]),
    errors=(lathe.LatheError,),
)
