"""Edits its context more often than it may: many times in one turn.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
call("context_edit", {"focus": "the evening", "because": "the hours say so"})
try_all(
    *[
        lambda n=n: call("context_edit", {"focus": f"hour {n}", "because": "the hours say so"})
        for n in range(20)
    ],
    errors=(lathe.LatheError,),
)
