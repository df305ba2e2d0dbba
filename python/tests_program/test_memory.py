"""Memory across sessions as a user has it: commands, two projects, and a program that is killed."""

import json
import re
import signal
import time
from dataclasses import replace
from pathlib import Path

from tests_program.endpoint import MODEL, Code, ModelServer
from tests_program.program import PATIENCE, Lathe

_NET = "Revenue is reported net of refunds."


def _told(request: dict[str, object]) -> str:
    """Give what a model was told of earlier sessions; empty where nothing."""
    found = re.search(r"<recollections>.*?</recollections>", json.dumps(request["messages"]))
    return found[0] if found else ""


def test_a_user_adds_lists_searches_shows_and_forgets(lathe: Lathe) -> None:
    assert "nothing is remembered yet" in lathe.run("memory", "list").out
    added = lathe.run("memory", "add", _NET, "--about", "revenue")
    assert (added.code, added.out) == (0, "remembered as 1\n"), added
    assert lathe.run("memory", "add", _NET.upper(), "--about", "Revenue").out == (
        "remembered as 1 already\n"
    )
    newer = lathe.run("memory", "add", "-", "--about", "revenue", "--json", given="It is gross.\n")
    assert newer.json_lines() == [{"id": 2, "new": True, "replaced": [1]}]
    listed = lathe.run("memory", "list").out
    assert "It is gross." in listed
    assert _NET not in listed
    assert "1 replaced or over, with --all" in listed
    every = lathe.run("memory", "list", "--all", "--json").json_lines()[0]
    assert [(one["id"], one["by"], one["replaced_by"]) for one in every] == [
        (2, "user", None),
        (1, "user", 2),
    ]
    found = lathe.run("memory", "search", "how do we count what we earn", "--json").json_lines()[0]
    assert [one["id"] for one in found] == [2]
    shown = " ".join(lathe.run("memory", "show", "1").out.split())
    assert "about revenue said by you" in shown
    assert "replaced by 2 on" in shown
    forgotten = lathe.run("memory", "forget", "2").out
    assert forgotten == "forgot 2; 1, replaced until now, stands again\n"
    exported = lathe.run("memory", "export").json_lines()
    assert [one["text"] for one in exported] == [_NET]
    assert lathe.run("memory", "forget", "--all", "--yes").code == 0
    assert lathe.run("memory", "list", "--json").json_lines() == [[]]


def test_what_cannot_be_is_told_with_the_mend(lathe: Lathe) -> None:
    for words, code, told in [
        (("memory",), 2, "say what to do: lathe memory list|search|show|add|forget|export|adopt"),
        (("memory", "lst"), 2, "did you mean"),
        (("memory", "list", "--fact"), 2, "--facts"),
        (("memory", "list", "--facts", "--episodes"), 2, "contradict"),
        (("memory", "show", "x"), 2, "'x' is no number"),
        (("memory", "show", "7"), 1, "nothing is remembered here under the number 7"),
        (("memory", "forget"), 2, "say what to forget"),
        (("memory", "forget", "1", "--all"), 2, "say what to forget"),
        (("memory", "forget", "7"), 1, "nothing is forgotten"),
        (("memory", "add", " "), 2, "the fact is empty"),
        (("memory", "add", "the password is hunter22"), 1, "looks like a password"),
        (("memory", "add", "It holds.", "--until", "2020-01-01"), 1, "is over"),
        (("memory", "search", " "), 2, "the words are empty"),
        (("memory", "adopt", "somewhere"), 2, "absolute path"),
        (("memory", "adopt", "/nowhere/at/all"), 1, "nothing was remembered in"),
    ]:
        done = lathe.run(*words)
        assert done.code == code, (words, done)
        assert told in done.err, (words, done)
        assert done.err.count("\n") == 1, (words, done)
    lathe.write("lathe.json", '{"memory": {"recall": "no"}}')
    wrong = lathe.run("memory", "list")
    assert (wrong.code, "memory.recall must be true or false" in wrong.err) == (2, True)
    # What the user's own file turned off, a project's file turns on no more.
    lathe.write("lathe.json", '{"memory": {"recall": true}}')
    own = lathe.home / "config" / "lathe"
    own.mkdir(parents=True, exist_ok=True)
    (own / "lathe.json").write_text('{"memory": {"recall": false}}')
    refused = lathe.run("exec", "--session=a", "lathe.recall('revenue')")
    assert (refused.code, "nothing is recalled" in " ".join(refused.err.split())) == (1, True)


def test_a_session_is_told_what_an_earlier_one_left_and_a_replay_what_was_told(
    lathe: Lathe,
) -> None:
    remember = Code(f"lathe.remember({_NET!r}, about='revenue')\nlathe.answer('Seven euros.')")
    recall = Code("print(lathe.recall('how is revenue counted'))\nlathe.answer('ok')")
    task = "How much revenue did we make after refunds?"
    plain = Code("lathe.answer('ok')")
    with ModelServer(remember, recall, plain, plain) as server:
        lathe = lathe.having(**server.variables)
        first = lathe.run("ask", "What does a customer spend on average?", "-m", MODEL, "-s", "a")
        assert first.code == 0, first
        second = lathe.run("ask", task, "-m", MODEL, "-s", "b")
        assert second.code == 0, second
        assert "recalled from earlier sessions" in second.out
        unasked = lathe.run("ask", task, "-m", MODEL, "-s", "c", "--no-memory")
        # Nothing of another project's, wherever it lies.
        elsewhere = replace(lathe, project=lathe.home / "other")
        elsewhere.project.mkdir()
        elsewhere.run("ask", task, "-m", MODEL, "-s", "d")
        told = [_told(request) for request in server.requests]
    assert [bool(one) for one in told] == [False, True, False, False]
    assert "code of session a said" in told[1]
    assert _NET in told[1]
    assert "it remembers and recalls nothing" not in unasked.out
    kinds = [one["kind"] for one in lathe.run("memory", "list", "--json").json_lines()[0]]
    # The run without memory left nothing.
    assert sorted(kinds) == ["episode", "episode", "fact"]
    assert elsewhere.run("memory", "list", "--facts", "--json").json_lines() == [[]]
    # Nothing lies in the project, which may be handed on.
    assert not list(lathe.project.rglob("memory.db"))
    assert lathe.run("memory", "forget", "--all", "--yes").code == 0
    replayed = lathe.run("replay", "b")
    assert (replayed.code, "same as b" in replayed.out) == (0, True), replayed.out
    assert lathe.run("memory", "list", "--json").json_lines() == [[]]


def test_what_a_killed_program_had_not_kept_is_kept_when_its_session_is_next_opened(
    lathe: Lathe,
) -> None:
    answer = Code("lathe.answer('Seven.')")
    with ModelServer(answer) as server:
        lathe = lathe.having(**server.variables)
        # The memory's place is a file: what the task came to cannot be kept, and is told.
        state = lathe.home / ".local" / "state"
        state.mkdir(parents=True)
        (state / "lathe").write_text("in the way")
        done = lathe.run("ask", "Count the rows", "-m", MODEL, "-s", "a")
        assert done.code == 0, done
        assert "What this task came to is not remembered at present" in done.out
    (state / "lathe").unlink()
    assert lathe.run("memory", "list", "--json").json_lines() == [[]]
    number = ""
    for _ in range(2):
        assert lathe.run("exec", "-s", "a", "1").code == 0
        kept = lathe.run("memory", "list", "--json").json_lines()[0]
        assert [(one["text"], one["answer"]) for one in kept] == [("Count the rows", "Seven.")]
        number = str(kept[0]["id"])
    # Forgotten is forgotten, also for the session's own journal.
    assert lathe.run("memory", "forget", number).code == 0
    assert lathe.run("exec", "-s", "a", "2").code == 0
    assert lathe.run("memory", "list", "--json").json_lines() == [[]]


def test_a_cell_that_was_killed_after_it_remembered_keeps_it_once(lathe: Lathe) -> None:
    code = f"""
from pathlib import Path
import time
lathe.remember({_NET!r}, about='revenue')
if not Path("seen").exists():
    Path("seen").touch()
    time.sleep(600)
lathe.answer("kept")
"""
    with ModelServer(Code(code)) as server:
        lathe = lathe.having(**server.variables)
        process = lathe.start("ask", "Keep it", "-m", MODEL, "-s", "a")
        deadline = time.monotonic() + PATIENCE
        while not list(lathe.session("a").rglob("seen")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
        resumed = lathe.run("resume", "a")
        assert resumed.code == 0, resumed
    facts = lathe.run("memory", "list", "--facts", "--json").json_lines()[0]
    assert [one["text"] for one in facts] == [_NET]


def test_a_listing_fits_eighty_columns_and_shows_no_control_characters(lathe: Lathe) -> None:
    long = "The shop's sales of umbrellas are counted twice in the export of June, always."
    for number in range(3):
        assert (
            lathe.run("memory", "add", f"{long} {number}", "--about", "umbrellas and more").code
            == 0
        )
    assert lathe.run("memory", "add", "A \x1b[31mred\x1b[0m fact\u202e.").code == 0
    with lathe.on_terminal("memory", "list", "--all") as run:
        assert run.end() == 0
        plain = re.sub(r"\x1b\[[0-9;]*m", "", run.text)
        assert all(len(line) <= 80 for line in plain.splitlines()), plain
    assert "\x1b[31mred" not in run.text


def test_a_moved_project_takes_its_memory_along(lathe: Lathe, tmp_path: Path) -> None:
    assert lathe.run("memory", "add", _NET).code == 0
    former = lathe.project
    moved = replace(lathe, project=tmp_path / "elsewhere")
    refused = lathe.run("memory", "adopt", str(former))
    assert "is there, so it keeps what it remembers" in refused.err
    former.rename(moved.project)
    assert moved.run("memory", "list", "--json").json_lines() == [[]]
    assert moved.run("memory", "adopt", str(former), "--yes").out == "took over 1\n"
    assert [one["text"] for one in moved.run("memory", "list", "--json").json_lines()[0]] == [_NET]
