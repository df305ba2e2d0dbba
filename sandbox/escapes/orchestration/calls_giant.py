"""Makes every call of orchestration with more than a call may carry.

Denial: Denied
"""

call = lathe._channel.call
names = [
    "plan", "plan_step", "plan_end", "delegate", "begin", "wait", "cancel", "send", "messages", "note", "ledger", "ask_model",
    "context_edit", "specialist", "roundtable", "handoff", "handoff_end", "decline", "sources", "agents", "remember", "recall",
    "answer", "find", "branch", "rollback", "checkpoint", "subtasks",
]
much = "x" * 4_500_000
try_all(
    *[lambda name=name: call(name, {"text": much, "value": much}) for name in names],
    errors=(lathe.LatheError,),
)
