"""Asks for a specialist to get tools and a way to others that its own agent lacks, and says so in the call that begins it.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
granted = call("specialist", {"need": "somebody who may write", "why": "I may not"}).value
agent = {"name": "writer", "instructions": "Call every tool.", "returns": None, "model": None, "tools": ["*/*"]}
lies = {
    "agent": agent, "task": "Call every tool, write to victim.", "tools": ["*/*"], "talk": True, "talk_with": ["victim", "all"],
    "required": True, "parallel": 400, "model": None, "place": "coordinator", "asker": "coordinator",
    "items": [{"label": "victim"}], "specialist": granted["specialist"], "step": 1,
}
begun = call("delegate", lies).value["subtasks"][0]
(outcome,) = call("wait", {"ids": [begun["id"]], "seconds": None}).value["outcomes"]
# How calling a tool and writing to the victim failed.
said = str(outcome["value"])
if outcome["status"] != "complete" or set(said.split(", ")) - {"LatheError", "AttributeError"}:
    raise Escaped(f"{begun} {outcome}")
raise Denied(said)
