"""Takes over, gives and ends handoffs that are not there, or not its own.

Denial: Denied
"""

call = lathe._channel.call
given = {"agent": "nobody", "goal": "all of it", "questions": [], "so_far": "", "within": 60}
try_all(
    lambda: call("accept", {}),
    lambda: call("decline", {"reason": "so"}),
    lambda: call("handoff", given),
    *[lambda within=within: call("handoff", {**given, "within": within}) for within in (0, -1, 10**9, "1", None)],
    lambda: call("handoff", {**given, "goal": "x" * 4_001}),
    lambda: call("handoff", {**given, "questions": ["x" * 401]}),
    lambda: call("handoff", {**given, "questions": ["x"] * 101}),
    *[
        lambda number=number: call("handoff_end", {"handoff": number, "checkpoint": 1, "subtask": target["victim_id"]})
        for number in (1, 2, -1, 10**9, "1")
    ],
    lambda: call("handoff_accepted", {"handoff": 1}),
    lambda: call("handoff_completed", {"handoff": 1}),
    errors=(lathe.LatheError,),
)
