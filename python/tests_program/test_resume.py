"""A program that is killed in the middle of a task, and what `lathe resume` makes of it."""

import sqlite3
from contextlib import closing

import pytest

from tests_program.endpoint import MODEL, Code, ModelServer, Silence, Text
from tests_program.killing import killed_when
from tests_program.program import Lathe
from tests_program.shop import refused

# Waits in its cell until it is let go, by a file that only the test makes.
_WAITING = """
import pathlib, time
while not pathlib.Path("go").exists(): time.sleep(0.02)
lathe.answer(f"{before} and {word}")
"""
_ASKING = """
before = 41
word = lathe.ask_model("Which word?")
"""


def test_a_killed_task_goes_on_and_no_reply_is_paid_twice(lathe: Lathe) -> None:
    script = [Code(_ASKING), Text("heron"), Code(_WAITING)]
    with ModelServer(*script) as server:
        user = lathe.having(**server.variables)
        ask = ("ask", "Wait for it", "-m", MODEL, "-s", "s", "--quiet")
        killed_when(user, "s", "cell_started", 2, *ask)
        listed = lathe.run("sessions", "list")
        assert "unfinished: lathe resume s" in listed.out
        assert "unfinished: lathe resume s" in lathe.run("sessions", "show", "s").out
        (lathe.session("s") / "work" / "session" / "go").touch()
        done = user.run("resume", "--quiet")
        assert (done.code, done.out) == (0, "41 and heron\n"), done
        assert "Cell 2 was under way and runs again." in done.err
        assert len(server.requests) == 3
    assert "unfinished" not in lathe.run("sessions", "list").out
    refused(user.run("resume", "s"), 1, "no unfinished task")
    assert lathe.run("sessions", "check", "s").code == 0


def test_a_request_without_a_reply_is_sent_again_and_told(lathe: Lathe) -> None:
    with ModelServer(Silence()) as server:
        user = lathe.having(**server.variables)
        killed_when(user, "s", "turn_started", 1, "ask", "Say it", "-m", MODEL, "-s", "s", "-q")
    with ModelServer(Text("Said.")) as server:
        done = lathe.having(**server.variables).run("resume", "s")
    assert done.code == 0, done
    assert "Said." in done.out
    assert "A request without a reply, which may be paid a second time" in done.out
    (first, second) = lathe.events("s", "turn_started")
    assert first.data["turn"] == second.data["turn"] == 1


def test_an_effect_that_may_have_happened_is_asked_about(lathe: Lathe) -> None:
    saving = '''
def total_shop(amounts: list[float]) -> float:
    """Add up what a shop sold.

    >>> total_shop([1.0, 2.0])
    3.0
    """
    return float(sum(amounts))

earned = total_shop([1.5, 2.0])

print(lathe.save_function(total_shop))
lathe.answer("saved")
'''
    with ModelServer(Code(saving)) as server:
        user = lathe.having(**server.variables)
        done = user.run("ask", "Save it", "-m", MODEL, "-s", "s", "-q")
        assert done.code == 0, done
    # The journal as it is when lathe ends between the call and its answer.
    journal = lathe.session("s") / "journal.sqlite"
    (call,) = lathe.events("s", "host_called")[:1]
    with closing(sqlite3.connect(journal)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'event'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM event WHERE sequence > ?", (call.sequence,))
        connection.commit()
    with ModelServer() as server:
        user = lathe.having(**server.variables)
        refusal = user.run("resume", "s", "-q")
        refused(refusal, 3, "save_function total_shop in cell 1", "--repeat-unknown")
        done = user.run("resume", "s", "-q", "--repeat-unknown")
        assert (done.code, done.out) == (0, "saved\n"), done
        assert "Repeated, though it may have happened" in done.err
        assert server.requests == []


def test_another_task_leaves_the_unfinished_one_and_says_so(lathe: Lathe) -> None:
    with ModelServer(Silence()) as server:
        user = lathe.having(**server.variables)
        killed_when(user, "s", "turn_started", 1, "ask", "First", "-m", MODEL, "-s", "s", "-q")
    with ModelServer(Text("Second.")) as server:
        user = lathe.having(**server.variables)
        done = user.run("ask", "Another", "-m", MODEL, "-s", "s", "-q")
    assert (done.code, done.out) == (0, "Second.\n"), done
    assert "has a task that did not finish: “First”" in done.err
    shown = lathe.run("sessions", "show", "s").out
    assert "not finished: another task was asked" in shown


@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal_the_unfinished_task_is_offered_first(lathe: Lathe, answer: str) -> None:
    with ModelServer(Silence()) as server:
        user = lathe.having(**server.variables)
        killed_when(user, "s", "turn_started", 1, "ask", "First", "-m", MODEL, "-s", "s", "-q")
    script = [Text("This was first."), Text("This is another.")][answer == "n" :]
    with ModelServer(*script) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("ask", "Another", "-m", MODEL, "-s", "s") as run:
            run.wait_for(r"did not finish: “First”\. Go on with it first\? \[y/N\]")
            run.press(f"{answer}\n")
            run.wait_for("This is another")
            assert run.end() == 0
        assert len(server.requests) == len(script)
    tasks = [event.data["answer"] for event in lathe.events("s", "task_finished")]
    finished = ["This was first."] if answer == "y" else []
    assert tasks == [*finished, "This is another."]
    assert len(lathe.events("s", "task_resumed")) == len(finished)


def test_a_session_without_an_unfinished_task_is_not_resumed(lathe: Lathe) -> None:
    refused(lathe.run("resume"), 1, "no session has an unfinished task")
    refused(lathe.run("resume", "none"), 1, "none")
