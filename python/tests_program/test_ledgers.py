"""Ledgers as a user has them: of a session that runs, was killed, went on and is replayed."""

import json
from typing import Any

import pytest

from tests_program.endpoint import MODEL, Code, Line, ModelServer
from tests_program.killing import killed_when
from tests_program.program import Lathe

pytestmark = pytest.mark.slow

_FIRST = """
g = lathe.note(guess="fog \\x1b[2J explains JFK")
lathe.note(question="which year is it?")
"""
_SECOND = """
lathe.note(fact="delays follow visibility", confirms=g)
"""
_LAST = "lathe.answer(repr(lathe.ledger().guesses) + repr(lathe.ledger().questions.open))"


class Noting(ModelServer):
    """Replies by what the conversation shows, however often a request is sent."""

    def line(self, index: int, request: dict[str, Any]) -> Line:
        """Give the next cell."""
        said = json.dumps(request["messages"])
        if "[noted n3]" in said:
            return Code(_LAST)
        return Code(_SECOND if "[noted n2]" in said else _FIRST)


def test_a_ledger_is_shown_while_it_runs_after_a_kill_and_in_a_replay(lathe: Lathe) -> None:
    with Noting() as server:
        user = lathe.having(**server.variables)
        ask = ("ask", "Why so late?", "-m", MODEL, "-s", "s", "--quiet")
        killed_when(user, "s", "ledger_noted", 2, *ask)
        killed = lathe.run("sessions", "ledger", "s")
        assert killed.code == 0, killed
        assert "fog ␛[2J explains JFK" in killed.out
        # The third may have been noted before the end came.
        third = len(lathe.events("s", "ledger_noted")) == 3
        assert ("unchecked" in killed.out) is not third
        assert "\x1b" not in killed.out
        done = user.run("resume", "s", "--quiet")
        assert done.code == 0, done
    assert "n1: fog" in done.out and "[confirms by coordinator:n3]" in done.out
    noted = [one.data["note"] for one in lathe.events("s", "ledger_noted")]
    assert noted == [1, 2, 3]
    whole = json.loads(lathe.run("sessions", "ledger", "s", "--json").out)
    assert [one["verdict"] for one in whole["guesses"]] == ["confirms"]
    assert whole["agents"][0]["turns"] == len(lathe.events("s", "turn_finished"))
    with lathe.on_terminal("sessions", "ledger", "s", columns=80) as terminal:
        assert terminal.end() == 0
        terminal.check()
        assert "confirmed by coordinator:n3" in " ".join(terminal.text.split())
    replayed = lathe.run("replay", "s", "--session", "again", "--quiet")
    assert (replayed.code, replayed.err) == (0, ""), replayed
    again = json.loads(lathe.run("sessions", "ledger", "again", "--json").out)
    assert [one["name"] for one in again["facts"]] == [one["name"] for one in whole["facts"]]
    assert lathe.run("sessions", "ledger", "nobody").code == 1


def test_what_a_project_says_of_stalls_holds_and_doctor_shows_it(lathe: Lathe) -> None:
    lathe.write("lathe.json", '{"stall": {"errors": 2, "replans": 0}}')
    with ModelServer(then=Code("print(missing)")) as server:
        user = lathe.having(**server.variables)
        done = user.run("ask", "Go", "-m", MODEL, "-s", "s")
    assert "stalled: 2 cells failed with the same error (NameError" in done.out + done.err
    assert lathe.outcome("s")["status"] == "incomplete"
    assert [one.data["step"] for one in lathe.events("s", "stall_found")] == ["told", "ended"]
    assert "told after 5 turns without anything new or 2 times the same error" in (
        lathe.run("doctor").out
    )
    lathe.write("lathe.json", '{"stall": {"turns": "many"}}')
    wrong = lathe.run("doctor")
    assert wrong.code == 2 and "stall.turns must be a whole number from 0 to 100" in wrong.err
