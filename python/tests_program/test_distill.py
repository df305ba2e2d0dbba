"""`lathe library distill`: what finished sessions did that deserves saving, found and written."""

import json
import signal
from typing import Any

import pytest

from tests_program.endpoint import Code, Line, ModelServer, Refusal, Silence
from tests_program.killing import killed_when
from tests_program.program import Lathe

_MODEL = "openai:gpt-5-mini"
_FIRST = """
delays = pd.Series([1, 20, 30, 5])

def late(values, limit=15):
    if len(values) == 0:
        return 0.0
    return float((values > limit).mean())

print(late(delays))
"""
# Other names, and the same code.
_SECOND = """
def late_share(numbers, bound=15):
    if len(numbers) == 0:
        return 0.0
    return float((numbers > bound).mean())

late_share(pd.Series([16, 2]))
"""
_LONG = """
table = pd.DataFrame({"carrier": ["UA", "AA", "UA"], "delay": [1, 2, 30]})
per = table.groupby("carrier")["delay"].agg(["mean", "count"]).sort_values("mean", ascending=False)
per["share"] = per["count"] / per["count"].sum()
print(per.head(3))
"""
_WRITTEN = '''
def compute_late_share(values: pd.Series, limit: float = 15) -> float:
    """Return the share of values above a limit; 0 where there are none.

    Example:
        >>> compute_late_share(pd.Series([1, 20]))
        0.5
    """
    if len(values) == 0:
        return 0.0
    return float((values > limit).mean())

compute_late_share(pd.Series([1, 15, 20, 30]))

def test_empty() -> None:
    assert compute_late_share(pd.Series([], dtype=float)) == 0.0

made = lathe.examine_function(compute_late_share, [test_empty], "Asked for again and again.")
print(made)
lathe.answer(made)
'''


def _sessions(lathe: Lathe) -> None:
    for session, code in (
        ("first", _FIRST),
        ("first", "def fails(:"),
        ("first", _LONG),
        ("second", _SECOND),
        ("second", _LONG.replace("per", "by").replace("table", "rows")),
        ("second", "alone = 1"),
    ):
        lathe.run("exec", "-s", session, code)


@pytest.mark.slow
def test_what_came_again_is_listed_and_written_once(lathe: Lathe) -> None:
    _sessions(lathe)
    (found,) = lathe.run("library", "distill", "--recent", "5", "--list", "--json").json_lines()
    (function, pattern) = found
    assert (function["kind"], function["name"], function["deserves"]) == (
        "function",
        "late_share",
        True,
    )
    assert function["reason"] == "defined in a cell and called 2 times with success in 2 sessions"
    assert function["sources"] == [
        {"session": "first", "cells": [1]},
        {"session": "second", "cells": [1]},
    ]
    assert (pattern["name"], pattern["deserves"], pattern["uses"]) == ("", True, 2)
    shown = lathe.run("library", "distill", "--recent", "5", "--list")
    assert shown.code == 0
    assert "+ function late_share" in shown.out
    assert "looked over second, first" in shown.out
    newest = lathe.run("library", "distill", "--list")
    assert "· function late_share" in newest.out  # Once, in one session: nothing to save yet.

    # Without a model: nothing is begun, and what helps is said.
    alone = lathe.run("library", "distill", "first", "second")
    assert alone.code == 1
    assert "lathe library distill --list" in alone.err
    with ModelServer(Code(_WRITTEN)) as server:
        user = lathe.having(**server.variables)
        done = user.run("library", "distill", "first", "second", "--most", "1", "-m", _MODEL)
        assert done.code == 0, done
        (request,) = server.requests
    assert "saved as proposed/functions/compute_late_share.py" in done.out.replace("`", "")
    told = json.dumps(request)
    assert "def late_share(numbers, bound=15)" in told
    assert "Write one general function" in told
    text = (
        lathe.project / "generated-capabilities/proposed/functions/compute_late_share.py"
    ).read_text()
    assert '# writer = "function_writer"' in text
    assert '# session = "second"' in text
    assert "# cells = [1]" in text

    # What the library has is named, and not written again.
    assert lathe.run("library", "approve", "compute_late_share").code == 0
    (found,) = lathe.run("library", "distill", "--recent", "5", "--list", "--json").json_lines()
    known = next(one for one in found if one["name"] == "late_share")
    assert known["deserves"] is False
    assert known["like"]["path"] == "functions/compute_late_share.py"
    assert known["reason"].endswith("; is the same as functions/compute_late_share.py (approved)")


@pytest.mark.slow
def test_what_is_not_written_is_told_with_its_exit_code(lathe: Lathe) -> None:
    _sessions(lathe)
    distill = ("library", "distill", "first", "second", "-m", _MODEL)
    declining = Code('lathe.answer({"problem": "pandas has this"})')
    with ModelServer(declining, Refusal(400, "no such model")) as server:
        user = lathe.having(**server.variables)
        done = user.run(*distill)
        assert "not written, since its writer says: pandas has this" in done.out
        assert done.code == 1, done
        assert "1 of 2 were not written" in done.out
    with ModelServer(declining, declining) as server:
        user = lathe.having(**server.variables)
        assert user.run(*distill).code == 0
        poor = user.run(*distill, "--budget-tokens", "300")
    assert poor.code == 4, poor
    assert lathe.run("library", "distill", "nobody", "--list").code == 1
    wrong = lathe.run("library", "distill", "first", "--recent", "2")
    assert (wrong.code, "not both" in wrong.err) == (2, True)


_CALLED = """
def late_share(values, limit=15):
    return float((values > limit).mean())

print(late_share(pd.Series([1, 20, 30, 5])))
print(late_share(pd.Series([16.5, 2.0]), limit=16))
"""
_SECRET = """
def count_keys(given):
    return len(given)

print(count_keys({"password": "hunter2"}))
"""


class _Silent(ModelServer):
    """Writes the function, and says nothing to the writer of anything else."""

    def line(self, index: int, request: dict[str, Any]) -> Line:
        return Code(_WRITTEN) if "def late_share" in json.dumps(request) else Silence()


def test_recorded_calls_reach_writers_and_a_stopped_or_killed_distilling_goes_on(
    lathe: Lathe,
) -> None:
    for session in ("first", "second"):
        for code in (_CALLED, _LONG):
            lathe.run("exec", "-s", session, code)
    lathe.run("exec", "-s", "secret", _SECRET)
    (event, _) = lathe.events("first", "cell_finished")
    assert event.data["calls"]["kept"][0] == {
        "function": "late_share",
        "call": "late_share(pd.Series([1, 20, 30, 5]))",
        "result": "0.5",
    }
    (event,) = lathe.events("secret", "cell_finished")
    (left_out,) = event.data["calls"]["leftOut"]
    assert left_out.startswith("1 call of count_keys: `password` sounds like")
    assert event.data["calls"]["kept"] == []

    distill = ("library", "distill", "first", "second", "-m", _MODEL)
    with _Silent() as server:
        user = lathe.having(**server.variables)
        # One writer has finished at Ctrl-C, another one waits for its model.
        stopped = killed_when(
            user, "distill-second", "subtask_finished", 1, *distill, number=signal.SIGINT
        )
        assert stopped.code == 130, stopped
        assert "the same command goes on with the rest" in " ".join(stopped.out.split())
        assert "lathe library distill second first" in stopped.out
        assert len(lathe.events("distill-second", "subtask_finished")) == 1
        assert lathe.events("distill-second", "task_finished") == []
        # The same again, and lathe is killed.
        killed_when(user, "distill-second", "task_resumed", 1, *distill)
        told = [json.dumps(one) for one in server.requests]
    recorded = ">>> late_share(pd.Series([1, 20, 30, 5]))\\n0.5"
    assert [recorded in one for one in told if "def late_share" in one] == [True]
    assert "lathe library distill with the same sessions" in lathe.run("resume").err
    with ModelServer(then=Code('lathe.answer({"problem": "pandas does it"})')) as server:
        done = lathe.having(**server.variables).run(*distill)
        assert server.requests
        assert not any("def late_share" in json.dumps(one) for one in server.requests)
    assert done.code == 0, done
    assert "goes on with session distill-second" in done.err
    assert "saved as proposed/functions/compute_late_share.py" in done.out.replace("`", "")
    assert "not written, since its writer says: pandas does it" in done.out
    (submitted, *_) = lathe.events("distill-second", "task_submitted")
    assert submitted.data["task"].startswith(
        "Distill what deserves saving: the function late_share"
    )
    assert len(lathe.events("distill-second", "task_resumed")) == 2
