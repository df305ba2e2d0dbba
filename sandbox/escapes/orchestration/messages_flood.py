"""Writes to its parent without end, each message as large as may be, of few characters that carry many accents.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
accents = ("e" + "\u0301" * 100) * 75


def flooded():
    for n in range(2_500):
        call("send", {"to": "parent", "kind": "note", "topic": str(n), "text": accents, "important": True})


try_all(
    lambda: call("send", {"to": "parent", "kind": "note", "text": "x" * 17_000}),
    lambda: call("send", {"to": "parent", "kind": "note", "text": "x" * 20_000_000}),
    lambda: call("send", {"to": "parent", "kind": "note", "text": "x", "topic": "t" * 61}),
    lambda: call("send", {"to": "parent", "kind": "note", "text": "x", "topic": "e" + "\u0301" * 5_000}),
    lambda: call("send", {"to": "parent", "kind": "note", "value": {"$data": "coordinator/victim:1"}}),
    flooded,
    errors=(lathe.LatheError,),
)
