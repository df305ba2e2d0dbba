"""Seats more than may sit, lets those speak who do not sit, cites what nobody ran, and opens tables beyond all bounds.

Denial: Denied
"""

call = lathe._channel.call
opening = {"step": "open", "question": "hour or carrier?", "seats": [4, 4], "rounds": 2}
seat = {name: "x" for name in ("key", "name", "perspective", "stance", "analysis", "thinking")}
table = call("roundtable", opening).value["table"]


def step(name, **more):
    return call("roundtable", {"step": name, "table": table, **more})


try_all(
    lambda: step("seat", round=1, seats=[{**seat, "key": str(n)} for n in range(7)]),
    lambda: step("seat", round=3, seats=[seat]),
    lambda: step("seat", round=1, seats=[{**seat, "stance": "x" * 1_001}]),
    lambda: step("seat", round=1, seats=[{**seat, "stance": "e" + "\u0301" * 1_000_000}]),
    lambda: step("seat", round=1, seats=["x"]),
    lambda: step("round", round=1, seats=["A"]),
    lambda: step("round", round=1, seats=[]),
    lambda: step("heard", cited=[{"subtask": 10**6, "cells": [1]}]),
    lambda: step("heard", cited=[{"subtask": 1, "cells": [1]}] * 13),
    lambda: step("win"),
    lambda: call("roundtable", {"step": "close", "table": table + 1, "status": "complete"}),
    *[
        lambda more=more: call("roundtable", {**opening, **more})
        for more in (
            {"seats": [4, 400]}, {"seats": [0, 0]}, {"seats": []}, {"rounds": 100}, {"rounds": -1}, {"question": "x" * 4_001},
            {"question": "e" + "\u0301" * 1_000_000}, {"budget": {"tokens": 5}}, {"seats": "all"},
        )
    ],
    lambda: call("ask_model", {"prompt": "x", "table": table + 1}),
    errors=(lathe.LatheError,),
)
