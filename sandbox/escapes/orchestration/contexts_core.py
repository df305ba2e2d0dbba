"""Edits what of its context is fixed: identity, task, form of the result, limits; and writes the journal's words for an edit.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
fields = [
    "core", "instructions", "identity", "purpose", "task", "returns", "budget", "limits", "rules", "tools", "model",
    "system", "name", "place", "agent", "edits", "tokens", "readOthers", "read_others", "focus\u200b", "Focus", "",
    "context", "mark", "cell", "due",
]
edit = {"focus": "the evening", "because": "the hours say so"}
try_all(
    *[lambda name=name: call("context_edit", {**edit, name: "anything"}) for name in fields],
    lambda: call("context_edit", {"focus": {"core": {"task": "x"}}, "because": "so"}),
    lambda: call("context_edit", {"focus": ["x"], "because": "so"}),
    lambda: call("context_edit", {"notes": 7, "because": "so"}),
    lambda: call("context_edit", {"focus": "the evening"}),
    lambda: call("context_edit", [edit]),
    lambda: call("context_edited", edit),
    lambda: call("context_kept", {"cell": 1}),
    lambda: call("context_restored", {"cell": 1}),
    lambda: call("context_shrunk", {"isFresh": True}),
    lambda: call("refined", {"subtask": target["victim_id"]}),
    errors=(lathe.LatheError,),
)
