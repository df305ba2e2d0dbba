"""Replaying kept sessions: what differs is told, what was stopped stops, branches go on live."""

import json
import os
import signal
import time

from tests_program.endpoint import MODEL, Code, ModelServer, Refusal, Text
from tests_program.program import Lathe
from tests_program.shop import SALES

_CELL = """
import os
from pathlib import Path
n = int(sales.amount.sum())
print("sum", n, object(), Path("/tmp/x"))
"""
_DELEGATE = 'found = lathe.delegate_each("count rows", sales.groupby("shop"), task="count")'


def _asked(lathe: Lathe, *script: Code | Text | Refusal, session: str = "s") -> None:
    lathe.write("sales.csv", SALES)
    with ModelServer(*script) as server:
        lathe.having(**server.variables).run(
            "ask", "What is the sum?", "-m", MODEL, "-d", "sales.csv", "-s", session
        )


def test_a_replay_of_the_whole_tree_is_the_same_until_the_data_changes(lathe: Lathe) -> None:
    _asked(
        lathe,
        Code(_CELL),
        Code(_DELEGATE),
        Code("lathe.answer(str(len(data)))"),
        Code("lathe.answer(str(len(data)))"),
        Code("lathe.answer(f'In all {n}.')"),
    )
    assert lathe.run("exec", "-s", "s", "twice = 2 * n\ntwice").out == "24\n"
    same = lathe.run("replay", "s", "-s", "again")
    assert same.code == 0, same
    assert "same as s: 1 task, 6 cells, 2 subtasks" in same.out
    (derived,) = lathe.events("again", "session_derived")
    assert (derived.data["from"], derived.data["purpose"]) == ("s", "replay")
    lathe.write("sales.csv", SALES + "south,8\n")
    other = lathe.run("replay", "s", "--json")
    assert other.code == 6, other
    compared = [one for one in other.json_lines() if one["type"] == "replay_compared"]
    (data,) = [one["data"] for one in compared]
    found = {(one["place"], one.get("cell"), one["what"]) for one in data["differences"]}
    assert {
        ("coordinator", 1, "stdout"),
        ("coordinator", 1, "variable sales"),
        ("coordinator/south", None, "outcome"),
        ("coordinator", None, "outcome"),
        ("coordinator", 4, "value"),
    } <= found
    shown = lathe.run("replay", "s").out
    assert "- In all 12." in shown
    assert "+ In all 20." in shown


def test_an_endless_loop_and_a_failed_call_end_again(lathe: Lathe) -> None:
    _asked(lathe, Code("n = 1"), Refusal(401, "no such key"), session="failed")
    first = lathe.outcome("failed")
    done = lathe.run("replay", "failed", "-s", "failed-again")
    assert done.code == 0, done
    assert lathe.outcome("failed-again")["reason"] == first["reason"]
    with ModelServer(Code("i = 0\nwhile True:\n    i += 1")) as server:
        running = lathe.having(**server.variables).start("ask", "loop", "-m", MODEL, "-s", "loop")
        _wait_for(lathe, "loop", "cell_started")
        os.kill(running.pid, signal.SIGINT)
        running.communicate(timeout=120)
    assert lathe.outcome("loop")["status"] == "cancelled"
    done = lathe.run("replay", "loop", "-s", "loop-again")
    assert done.code == 0, done
    (cell,) = lathe.events("loop-again", "cell_finished")
    assert cell.data["status"] == "interrupted"


def test_a_branch_goes_on_live_from_a_turn(lathe: Lathe) -> None:
    _asked(lathe, Code("n = 1"), Code("n = 2"), Code("lathe.answer(str(n))"))
    before = (lathe.session("s") / "journal.sqlite").read_bytes()
    with ModelServer(Code("n = n * 10"), Code("lathe.answer(f'now {n}')")) as server:
        live = lathe.having(**server.variables)
        done = live.run("replay", "s", "--from", "2", "-m", MODEL, "-s", "other")
        assert len(server.requests) == 2
    assert done.code == 0, done
    assert lathe.outcome("other")["answer"] == "now 10"
    (derived,) = lathe.events("other", "session_derived")
    assert (derived.data["purpose"], derived.data["from"], derived.data["turn"]) == (
        "branch",
        "s",
        2,
    )
    replayed = [one.data["isReplayed"] for one in lathe.events("other", "turn_finished")]
    assert replayed == [True, False, False]
    assert (lathe.session("s") / "journal.sqlite").read_bytes() == before
    wrong = lathe.run("replay", "s", "--from", "9", "-m", MODEL)
    assert (wrong.code, "1 to 3" in wrong.err) == (2, True)
    alone = lathe.run("replay", "s", "-m", MODEL)
    assert (alone.code, "--from" in alone.err) == (2, True)


def _wait_for(lathe: Lathe, session: str, kind: str) -> None:
    """Wait for an event; the limit only ends a hang."""
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        if lathe.events(session, kind):
            return
        time.sleep(0.05)
    raise AssertionError(f"no {kind} in {session}")


def test_a_replay_finds_what_was_found_then(lathe: Lathe) -> None:
    save = """
def {0}(x: float) -> float:
    \"\"\"Return the tax on an amount.

    >>> {0}(1.0)
    0.5
    \"\"\"
    return x / 2

{0}(3.0)
lathe.save_function({0})
"""
    assert lathe.run("exec", "-s", "s", save.format("compute_sales_tax")).code == 0
    look = lathe.run("exec", "-s", "s", "print(lathe.find('tax on an amount'))")
    assert "compute_sales_tax(x: float)" in look.out
    assert lathe.run("exec", "-s", "other", save.format("compute_amount_tax")).code == 0
    again = lathe.run("replay", "s")
    assert again.code == 0, again
    assert "compute_amount_tax" not in again.out
    assert lathe.run("library", "approve", "compute_amount_tax").code == 0
    now = lathe.run("exec", "-s", "s", "print(lathe.find('tax on an amount'))")
    assert "compute_amount_tax" in now.out


def test_a_conversation_that_was_made_shorter_is_made_shorter_again(lathe: Lathe) -> None:
    lathe.write("lathe.json", json.dumps({"models": {MODEL: {"contextWindow": 5_000}}}))
    long = "import sys\nprint({0!r} * 5_000)\nprint({0!r} * 5_000, file=sys.stderr)\n{0} = 1"
    cells = [Code(long.format(letter)) for letter in "abcdef"]
    _asked(lathe, *cells, Code("lathe.answer(f'{a + b + c + d + e + f}')"))
    steps = [event.data for event in lathe.events("s", "context_shrunk")]
    assert steps
    assert lathe.outcome("s")["answer"] == "6"
    again = lathe.run("replay", "s", "-s", "again")
    assert again.code == 0, again
    assert [event.data for event in lathe.events("again", "context_shrunk")] == steps
