"""Makes from a branch, which only computes, every call that leaves something behind.

Denial: Denied
Roles: session
"""

code = """
call = lathe._channel.call
agent = {"name": "worker", "instructions": "Say done.", "returns": None, "model": None}
step = {"name": "one", "task": "say it", "agent": agent, "needs": [], "required": True}
edit = {"focus": "x", "because": "so"}
calls = {
    "delegate": {"agent": agent, "task": "x", "items": [{"label": "x"}]}, "answer": {"value": "planted"},
    "begin": {"calls": [{"call": "ask_model", "arguments": {"prompt": "x"}}]},
    "send": {"to": "victim", "kind": "note", "text": "planted"}, "messages": {}, "note": {"kind": "fact", "text": "x"},
    "ledger": {}, "remember": {"text": "tea is out"}, "forget": {"id": 1}, "save_function": {"name": "x_y", "source": "x"},
    "save_agent": {"name": "x", "source": "x"}, "cancel": {"ids": [target["victim_id"]]},
    "wait": {"ids": [target["victim_id"]], "seconds": 0}, "subtasks": {}, "checkpoint": {"name": None},
    "rollback": {"to": None}, "branch": {"codes": ["1"]}, "tool_call": {"server": "shop", "name": "write", "arguments": {}},
    "plan": {"goal": "x", "strategy": "parallel", "share": False, "steps": [step]},
    "plan_step": {"plan": 1, "step": "one", "state": "complete", "attempt": 1},
    "plan_end": {"plan": 1, "status": "complete", "reason": ""}, "accept": {}, "decline": {"reason": "x"},
    "roundtable": {"step": "open", "question": "x", "seats": [4, 4], "rounds": 2}, "context_edit": edit, "context": {},
    "handoff": {"agent": "x", "goal": "x", "questions": [], "so_far": "", "within": 60}, "specialist": {"need": "x", "why": "x"},
    "examine": {"kind": "function"}, "agents": {"query": "x"}, "sources": {"ids": [target["victim_id"]]},
    "refined": {"subtask": 1}, "data_file": {"kind": "table", "bytes": 1, "rows": 1, "columns": []}, "tools": {}, "tool": {},
}
try_all(*[lambda name=name, given=given: call(name, given) for name, given in calls.items()], errors=(lathe.LatheError,))
"""
(branch,) = lathe._channel.call("branch", {"codes": [code]}).value["branches"]
if branch["status"] != "error" or "Denied" not in str(branch["error"]):
    raise Escaped(str(branch)[:2_000])
raise Denied(str(branch["error"])[:500])
