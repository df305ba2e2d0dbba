"""Calls from the session's own kernel what only subtasks, writers and receivers may call.

Denial: Denied
Roles: session
"""

call = lathe._channel.call
try_all(
    lambda: call("context", {}),
    lambda: call("context_edit", {"focus": "x", "because": "so"}),
    lambda: call("specialist", {"need": "a tide", "why": "none here"}),
    lambda: call("accept", {}),
    lambda: call("decline", {"reason": "so"}),
    lambda: call("examine", {"kind": "function", "name": "add_up", "source": "def add_up(): ..."}),
    lambda: call("refined", {"subtask": target["victim_id"]}),
    lambda: call("refined", {"subtask": 10**9}),
    errors=(lathe.LatheError,),
)
