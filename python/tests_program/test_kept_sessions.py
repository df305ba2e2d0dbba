"""What sessions leave behind, as the commands show it: journals, recordings, the library."""

import signal
import time

import pytest

from tests_program.endpoint import MODEL, Code, ModelServer
from tests_program.pasts import Pasts
from tests_program.program import PATIENCE, Done, Lathe
from tests_program.shop import SALES, SUM, refused


@pytest.fixture
def asked(pasts: Pasts) -> Lathe:
    """A user with one session, `sum`, that answered and saved a function."""
    return pasts.user("asked", _ask)


def _ask(lathe: Lathe) -> None:
    lathe.write("sales.csv", SALES)
    save = '''
def total_shop(amounts: list[float]) -> float:
    """Add up what a shop sold.

    >>> total_shop([1.0, 2.0])
    3.0
    """
    return float(sum(amounts))

earned = total_shop([1.5, 2.0])

lathe.save_function(total_shop)
lathe.save_artifact("totals.csv", sales.groupby("shop").sum())
'''
    with ModelServer(Code(save), Code(SUM)) as server:
        done = lathe.having(**server.variables).run(
            "ask", "What is the sum?", "-m", MODEL, "-d", "sales.csv", "-s", "sum"
        )
    assert done.code == 0, done


def test_sessions_are_listed_shown_and_deleted(asked: Lathe) -> None:
    listed = asked.run("sessions", "list")
    assert (listed.code, listed.err) == (0, "")
    assert "sum" in listed.out
    shown = asked.run("sessions", "show", "sum")
    for part in ["What is the sum?", "sales.csv", "totals.csv", "In all 12."]:
        assert part in shown.out, shown.out
    assert len(asked.run("sessions", "show", "sum", "--json").json_lines()) == 1
    refused(asked.run("sessions", "show", "none"), 1, "none")
    refused(asked.run("sessions", "delete", "sum", "none", "--yes"), 1, "none")
    unanswered = asked.run("sessions", "delete", "sum")
    assert unanswered.code == 1
    assert "--yes" in unanswered.err
    assert asked.session("sum").exists()
    assert asked.run("sessions", "delete", "sum", "--yes").code == 0
    assert not asked.session("sum").exists()
    assert asked.run("sessions", "list", "--json").out == "[]\n"


def test_the_last_cell_of_a_kept_session_is_undone(lathe: Lathe) -> None:
    for code in ["x = [1]", "x.append(2)", "x.append(3); 1 / 0"]:
        lathe.run("exec", "--session", "s", code)
    undone = lathe.run("undo")
    assert (undone.code, undone.err) == (0, "")
    assert "Session s: " in undone.out
    assert "cell 3" in undone.out
    assert "Not undone: files" in undone.out
    assert "␊" not in undone.out
    assert lathe.run("exec", "--session", "s", "x").out == "[1, 2]\n"
    (event,) = lathe.run("undo", "--session", "s", "--json").json_lines()
    assert (event["type"], event["data"]["undone"]) == ("rolled_back", [4])
    assert lathe.run("undo", "--session", "s").code == 0
    assert lathe.run("exec", "--session", "s", "x").out == "[1]\n"
    refused(lathe.run("undo", "--session", "none"), 1, "none")
    for _ in range(2):
        lathe.run("undo")
    refused(lathe.run("undo"), 1, "no cell")


def test_a_session_that_is_open_elsewhere_is_not_undone(lathe: Lathe) -> None:
    assert lathe.run("exec", "--session", "s", "x = 1").code == 0
    holder = lathe.start("exec", "--session", "s", "import time; time.sleep(600)")
    try:
        end = time.monotonic() + PATIENCE
        while len(lathe.events("s", "cell_started")) < 2:
            assert time.monotonic() < end and holder.poll() is None, "the cell never began"
            time.sleep(0.05)
        for arguments in (["--session", "s"], []):
            refused(lathe.run("undo", *arguments), 1, f"in use by lathe process {holder.pid}")
        holder.send_signal(signal.SIGINT)
        holder.communicate(timeout=PATIENCE)
    finally:
        holder.kill()
        holder.communicate()
    assert lathe.events("s", "rolled_back") == []
    assert lathe.run("undo", "--session", "s").code == 0
    assert lathe.run("exec", "--session", "s", "x").out == "1\n"


def test_a_recording_of_a_session_replays_alike(asked: Lathe) -> None:
    recording = asked.run("sessions", "recording", "sum")
    assert recording.code == 0
    asked.write("sum.jsonl", recording.out)
    refused(asked.run("replay", "./sum.jsonl"), 2, "--data sales=PATH")
    replayed = asked.run("replay", "./sum.jsonl", "-d", "sales.csv", "-s", "again", "-q")
    assert (replayed.code, replayed.out) == (0, "In all 12.\n")
    by_name = asked.run("replay", "sum", "-q")
    assert (by_name.code, by_name.out) == (0, "In all 12.\n")
    asked.write("sales.csv", SALES + "south,8\n")
    assert asked.run("replay", "sum", "-q").out == "In all 20.\n", "the code runs for real"


def test_ask_takes_a_recording_as_its_model(asked: Lathe) -> None:
    asked.write("sum.jsonl", asked.run("sessions", "recording", "sum").out)
    done = asked.run("ask", "What is the sum?", "-m", "replay:sum.jsonl", "-d", "sales.csv", "-q")
    assert (done.code, done.out) == (0, "In all 12.\n")
    more = asked.run("ask", "x", "-m", "replay:gone.jsonl", "-q")
    refused(more, 1, "gone.jsonl")


def test_a_recording_that_is_broken_is_refused(asked: Lathe) -> None:
    whole = asked.run("sessions", "recording", "sum").out
    for text, word in [
        ("", "header"),
        ("garbage\n", "Line 1"),
        (whole.replace('"recording":1', '"recording":9'), "form 9"),
        (whole[: len(whole) // 2], "Line"),
        (whole.splitlines()[0] + "\n", "no reply for turn 1"),
    ]:
        asked.write("broken.jsonl", text)
        refused(asked.run("replay", "./broken.jsonl", "-d", "sales.csv", "-q"), 1, word)


def test_replay_of_what_is_not_there_is_refused(asked: Lathe) -> None:
    refused(asked.run("replay", "none"), 1, "none")
    refused(asked.run("replay", "./none.jsonl"), 1, "none.jsonl")
    (asked.project / "sales.csv").unlink()
    done = asked.run("replay", "sum")
    refused(done, 1, "sales.csv")


def test_the_library_is_listed_shown_and_searched(asked: Lathe) -> None:
    listed = asked.run("library", "list")
    assert (listed.code, listed.err) == (0, "")
    assert "total_shop" in listed.out
    assert "proposed" in listed.out
    ((row,),) = asked.run("library", "list", "--json").json_lines()
    assert (row["kind"], row["name"], row["status"]) == ("function", "total_shop", "proposed")
    shown = asked.run("library", "show", "total_shop")
    assert "def total_shop(amounts: list[float]) -> float:" in shown.out
    assert '"""Add up what a shop sold."""' in shown.out
    assert "total_shop" in asked.run("library", "search", "sold", "shop").out
    refused(asked.run("library", "search", "zebra"), 1, "zebra")
    refused(asked.run("library", "show", "none"), 1, "none")


def test_an_empty_project_has_no_sessions_and_no_library(lathe: Lathe) -> None:
    for command in ("sessions", "library"):
        assert lathe.run(command, "list").code == 0
        assert lathe.run(command, "list", "--json") == Done(0, "[]\n", "")
    assert list(lathe.project.iterdir()) == []
