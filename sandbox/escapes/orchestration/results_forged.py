"""Answers with what is no result: data of others, data that is not there, what is too large or too deep, what lies about its class.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
deep = "x"
for _ in range(62):
    deep = [deep]


class Lying(dict):
    """Says that it is a plain dict, and reads as something else each time."""

    __class__ = dict

    def __reduce__(self):
        return (os.system, ("true",))

    def __iter__(self):
        return iter([self] * 10**6)

    def items(self):
        return [("x", self)] * 10

    keys = values = items


table = {"kind": "table", "bytes": 8, "rows": 1, "columns": [["a", "int64"]], "columns_omitted": 0}
marks = [
    "coordinator/victim:1", "coordinator:1", "coordinator/attacker:1", 7, None,
    {"id": "coordinator/victim:1", **table}, {**table}, ["coordinator/victim:1"],
]
try_all(
    *[lambda mark=mark: call("answer", {"value": {"$data": mark}}) for mark in marks],
    *[lambda mark=mark: call("answer", {"value": [{"deep": {"$data": mark}}]}) for mark in marks],
    lambda: call("answer", {"value": "x" * 30_000_000}),
    lambda: call("answer", {}),
    lambda: lathe.answer(deep),
    lambda: lathe.answer(Lying(x=1)),
    lambda: lathe.answer({"x": Lying()}),
    lambda: call("answered", {"value": "planted"}),
    lambda: call("subtask_finished", {"id": target["victim_id"], "status": "complete", "value": {}}),
    *[
        lambda more=more: call("data_file", {**table, **more})
        for more in ({"bytes": 2**62}, {"bytes": -1}, {"kind": "pickle"}, {"bytes": 3 << 30})
    ],
    errors=(lathe.LatheError, TypeError, ValueError, RecursionError),
)
