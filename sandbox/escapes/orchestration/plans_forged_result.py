"""Says that a step of its plan is complete with another's subtask: another step's, the victim's, none, one that runs.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
agent = {"name": "worker", "instructions": "Say done.", "returns": None, "model": None}


def step(name):
    return {"name": name, "task": "say it", "agent": agent, "needs": [], "required": True}


plan = {"goal": "two words", "strategy": "parallel", "share": False}
made = call("plan", {**plan, "steps": [step("one"), step("judge")]}).value
items = [{"label": "one"}]
begun = call("delegate", {"agent": agent, "task": "say it", "items": items}).value["subtasks"][0]
call("wait", {"ids": [begun["id"]], "seconds": None})


def say(name, state, subtask):
    told = {"plan": made["plan"], "step": name, "state": state, "attempt": 1, "subtask": subtask}
    return call("plan_step", {**told, "agent": "worker"})


say("one", "complete", begun["id"])
try_all(
    lambda: say("judge", "complete", begun["id"]),
    lambda: say("judge", "running", begun["id"]),
    lambda: say("judge", "failed", begun["id"]),
    lambda: say("judge", "complete", None),
    lambda: say("judge", "complete", target["victim_id"]),
    lambda: say("judge", "complete", 9_999),
    lambda: say("one", "failed", begun["id"]),
    lambda: say("nobody", "complete", begun["id"]),
    lambda: call("plan_end", {"plan": made["plan"], "status": "complete", "reason": ""}),
    lambda: call("plan_end", {"plan": 77, "status": "complete", "reason": ""}),
    errors=(lathe.LatheError,),
)
