"""Fills its context beyond its tokens: long, with a million accents, by what it includes, twice in a turn.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
accents = "e" + "\u0301" * 500_000
edit = {"because": "the hours say so"}
try_all(
    lambda: call("context_edit", {**edit, "notes": "hours " * 2_000}),
    lambda: call("context_edit", {**edit, "notes": "x" * 3_000_000}),
    lambda: call("context_edit", {**edit, "notes": "x" * 30_000_000}),
    lambda: call("context_edit", {**edit, "notes": accents}),
    lambda: call("context_edit", {"focus": "the evening", "because": accents}),
    lambda: call("context_edit", {"focus": "the evening", "because": "so " * 200}),
    lambda: call("context_edit", {**edit, "include": ["slice:data"] * 9}),
    lambda: call("context_edit", {**edit, "include": [f"slice:d{n}" for n in range(9)]}),
    *[
        lambda name=name: call("context_edit", {**edit, "include": [name]})
        for name in (
            "slice:nothing", "slice:__builtins__", "message:coordinator/victim:1", "message:user:1", "memory:1",
            "library:os", "file:/etc/passwd", "slice:", "secret", "slice:data; import os", accents,
        )
    ],
    lambda: call("context_edit", {"focus": "x", "because": "so", "cause": "coordinator/victim:1"}),
    errors=(lathe.LatheError,),
)
