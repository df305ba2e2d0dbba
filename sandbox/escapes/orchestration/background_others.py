"""Looks at, waits for, cancels and takes work of others, by number.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
other = target["victim_id"]
lists = [[other], [other, 3], [2], [0], [-1], [10**9], [2**62], ["1"], [1.5], [True], [[1]], list(range(10_001))]
try_all(
    *[
        lambda name=name, ids=ids: call(name, {"ids": ids})
        for name in ("wait", "cancel", "subtasks", "sources")
        for ids in lists
    ],
    *[lambda number=number: call("tool_result", {"id": number}) for number in (other, 2, 0, -1, "1", None)],
    lambda: call("wait", {"ids": [other], "any": True, "mail": True}),
    lambda: lathe.subtask(f"subtask://{other}").cancel(),
    lambda: lathe.subtask("subtask://2").result(),
    errors=(lathe.LatheError, TypeError, ValueError),
)
