"""Calls by the names of lathe's own events and commands.

Denial: Denied
"""

call = lathe._channel.call
names = [
    "journal", "events", "task_finished", "task_submitted", "subtask_started", "subtask_finished", "turn_finished", "plan_made",
    "exposed", "tool_decided", "stepped_in", "control", "pause", "approve", "budget", "undo", "resume", "replay", "tell",
    "capability_saved", "capability_used", "message_delivered", "kernel_lost", "host_answered", "specialist_asked", "stall_found",
    "_channel", "__class__", "", "x" * 1_000_000, "plan\x00", "Plan", "pl\u0430n",
]
try_all(
    *[lambda name=name: call(name, {"id": 1, "value": 1, "place": "coordinator"}) for name in names],
    *[lambda given=given: call("plan", given) for given in ([], "x", None, 7, True)],
    errors=(lathe.LatheError,),
)
