"""Every command with good and bad input, through pipes."""

import json
import os
import re
from pathlib import Path

import pytest

from tests_program.endpoint import KEY, MODEL, Code, ModelServer, Refusal
from tests_program.program import Done, Lathe

_COMMANDS = [
    "ask",
    "chat",
    "exec",
    "sessions list",
    "sessions show",
    "sessions recording",
    "sessions delete",
    "library list",
    "library show",
    "library search",
    "replay",
    "model install",
    "model list",
    "model remove",
    "doctor",
]
_SALES = "shop,amount\nnorth,3\nsouth,5\nnorth,4\n"
_SUM = 'lathe.answer(f"In all {sales.amount.sum()}.")'


def refused(done: Done, code: int, *words: str) -> None:
    """One line on standard error that holds these words, nothing on standard output."""
    assert (done.code, done.out) == (code, ""), done
    assert done.err.startswith("lathe: ")
    assert done.err.count("\n") == 1, done.err
    for word in words:
        assert word in done.err, done.err


# --- help, version, command lines -----------------------------------------------------------------


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_explains_itself(lathe: Lathe, command: str) -> None:
    done = lathe.run(*command.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"lathe {command} - ")
    assert max(len(line) for line in done.out.splitlines()) <= 80
    assert lathe.run(*command.split(), "--version").out == lathe.run("--version").out


def test_without_a_command_the_overview_is_shown(lathe: Lathe) -> None:
    overview = lathe.run()
    assert overview == lathe.run("--help")
    assert overview.code == 0
    for command in _COMMANDS:
        assert f"\n  {command}" in overview.out
    assert re.fullmatch(r"lathe \d+\.\d+\.\d+\n", lathe.run("--version").out)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["aks", "x"], ["ask"]),
        (["sessions", "lst"], ["list"]),
        (["ask", "x", "--dta", "y"], ["--dta", "--data"]),
        (["ask"], ["TASK"]),
        (["ask", " "], ["empty"]),
        (["ask", "-"], ["empty"]),
        (["ask", "two", "words"], ["quotes"]),
        (["ask", "x", "--json", "--quiet"], ["--json", "--quiet"]),
        (["ask", "x", "--max-turns", "many"], ["--max-turns"]),
        (["ask", "x", "--max-turns", "0"], ["--max-turns"]),
        (["ask", "x", "--session", "../up"], ["session"]),
        (["ask", "x", "--session"], ["--session"]),
        (["ask", "x", "--model", "nonsense"], ["anthropic:NAME", "embedded"]),
        (["ask", "x", "--model", "local:name"], ["local:NAME@URL"]),
        (["ask", "x", "--project", "nowhere"], ["nowhere"]),
        (["exec", "1"], ["--session"]),
        (["sessions", "show"], ["NAME"]),
        (["sessions", "delete"], ["NAME"]),
        (["library", "search"], ["WORD"]),
        (["replay"], ["SOURCE"]),
        (["doctor", "--quiet"], ["--quiet"]),
    ],
)
def test_what_cannot_be_understood_is_one_line(
    lathe: Lathe, line: list[str], words: list[str]
) -> None:
    refused(lathe.run(*line), 2, *words)
    assert not (lathe.project / ".lathe").exists()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("gone.csv", "no such file"),
        ("if=sales.csv", "word of the Python language"),
        ("1x=sales.csv", "no Python name"),
        ("x=", "path is missing"),
        ("picture.png", "picture.png"),
        ("pipe", "not a regular file"),
    ],
)
def test_data_that_cannot_be_used_is_named_before_anything_starts(
    lathe: Lathe, data: str, word: str
) -> None:
    lathe.write("sales.csv", _SALES)
    lathe.write("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00")
    os.mkfifo(lathe.project / "pipe")
    refused(lathe.run("exec", "-s", "s", "1", "--data", data), 2, word)
    refused(lathe.run("ask", "x", "--data", data), 2, word)
    assert not (lathe.project / ".lathe").exists()


def test_two_inputs_of_one_name_are_refused(lathe: Lathe) -> None:
    lathe.write("sales.csv", _SALES)
    lathe.write("old/sales.csv", _SALES)
    refused(
        lathe.run("exec", "-s", "s", "1", "-d", "sales.csv", "-d", "old/sales.csv"),
        2,
        "--data NAME=",
    )


def test_broken_configuration_is_named_with_its_file(lathe: Lathe) -> None:
    for text, word in [
        ("{", "not JSON"),
        ('{"rolls": {}}', "'rolls'"),
        ('{"limits": {"coordinatorTurns": 0}}', "coordinatorTurns"),
        ('{"roles": {"default": "nonsense"}}', "nonsense"),
    ]:
        lathe.write("lathe.json", text)
        refused(lathe.run("ask", "x"), 2, "lathe.json", word)


# --- models ---------------------------------------------------------------------------------------


def test_without_any_model_the_ways_to_get_one_are_told(lathe: Lathe) -> None:
    done = lathe.run("ask", "How many?")
    assert (done.code, done.out) == (1, "")
    for way in ["lathe model install", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "local:NAME@URL"]:
        assert way in done.err
    assert not (lathe.project / ".lathe").exists(), "a session was left behind"


@pytest.mark.parametrize(
    ("model", "variable"),
    [("anthropic:any", "ANTHROPIC_API_KEY"), ("openai:any", "OPENAI_API_KEY")],
)
def test_a_missing_key_is_one_clear_line(lathe: Lathe, model: str, variable: str) -> None:
    done = lathe.run("ask", "How many?", "--model", model, "--quiet")
    refused(done, 1, variable)


def test_a_refused_key_is_named_and_never_shown(lathe: Lathe) -> None:
    with ModelServer(Refusal(401, f"the key {KEY} is wrong")) as server:
        done = lathe.having(**server.variables).run("ask", "How many?", "-m", MODEL, "-s", "s")
    assert done.code == 1
    assert "OPENAI_API_KEY" in done.out
    assert KEY not in done.out + done.err
    assert KEY.encode() not in everything_in(lathe.session("s"))


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_model_list_names_weights_and_what_is_not_installed(lathe: Lathe) -> None:
    listed = lathe.run("model", "list", "--json")
    (rows,) = listed.json_lines()
    assert len(rows) >= 2
    assert all(row["bytes"] > 100_000_000 and row["license"] for row in rows)
    plain = lathe.run("model", "list")
    assert (plain.code, plain.err) == (0, "")
    assert all(row["name"] in plain.out for row in rows)


def test_a_model_is_not_fetched_or_removed_without_a_yes(lathe: Lathe) -> None:
    install = lathe.run("model", "install")
    assert (install.code, install.out) == (1, "")
    assert "--yes" in install.err
    assert not [path for path in lathe.home.rglob("*") if path.is_file()]
    refused(lathe.run("model", "remove", "--yes"), 1, "not installed")
    refused(lathe.run("model", "install", "nonsense"), 1, "nonsense")


# --- doctor ---------------------------------------------------------------------------------------


def test_doctor_tries_everything_and_says_how_to_mend(lathe: Lathe) -> None:
    findings = lathe.run("doctor", "--json")
    (rows,) = findings.json_lines()
    assert {row["status"] for row in rows} <= {"ok", "warning", "missing"}
    topics = {row["topic"]: row for row in rows}
    assert topics["kernel"]["status"] == "ok"
    assert "pandas" in topics["kernel"]["detail"]
    assert topics["default model"]["mend"]
    assert findings.code == (1 if "missing" in {row["status"] for row in rows} else 0)
    plain = lathe.run("doctor")
    assert plain.code == findings.code
    assert all(row["topic"] in plain.out for row in rows)


# --- exec -----------------------------------------------------------------------------------------


def test_exec_prints_what_the_cell_says_and_keeps_its_names(lathe: Lathe) -> None:
    lathe.write("sales.csv", _SALES)
    first = lathe.run(
        "exec", "-s", "s", "total = sales.amount.sum(); print('sum', total)", "-d", "sales.csv"
    )
    assert first == Done(0, "sum 12\n", "")
    assert lathe.run("exec", "-s", "s", "-", given="again = int(total * 2)\nagain\n") == Done(
        0, "24\n", ""
    )
    assert lathe.run("exec", "-s", "s", "again + 1", "--quiet") == Done(0, "25\n", "")


def test_exec_says_what_went_wrong_where_errors_go(lathe: Lathe) -> None:
    done = lathe.run("exec", "-s", "s", "print('before')\n1/0")
    assert (done.code, done.out) == (1, "before\n")
    assert "ZeroDivisionError: division by zero" in done.err
    assert "line 2" in done.err
    wrong = lathe.run("exec", "-s", "s", "def f(:")
    assert (wrong.code, wrong.out) == (1, "")
    assert "SyntaxError" in wrong.err


def test_exec_prints_whole_outputs(lathe: Lathe) -> None:
    done = lathe.run("exec", "-s", "s", "for i in range(20000): print('line', i)")
    assert done.code == 0
    lines = done.out.splitlines()
    assert (lines[0], lines[-1]) == ("line 0", "line 19999")
    assert len(lines) == 20000 or "line" in done.out.split("…")[1], (
        "cut without saying where the whole is"
    )


# --- ask and chat ---------------------------------------------------------------------------------


def test_ask_answers_from_the_data_and_goes_on_in_the_same_session(lathe: Lathe) -> None:
    lathe.write("sales.csv", _SALES)
    again = 'lathe.answer(f"{sales.shop.nunique()} shops, {extra}.")'
    with ModelServer(Code("extra = 7\n" + _SUM), Code(again)) as server:
        user = lathe.having(**server.variables)
        first = user.run("ask", "What is the sum?", "-m", MODEL, "-d", "sales.csv", "--quiet")
        assert first == Done(0, "In all 12.\n", "")
        ((row,),) = user.run("sessions", "list", "--json").json_lines()
        name = row["name"]
        assert name == "what-is-the-sum"
        second = user.run("ask", "-", "-m", MODEL, "-s", name, "-q", given="And how many shops?\n")
        assert second == Done(0, "2 shops, 7.\n", "")
    conversation = json.dumps(server.requests[1]["messages"])
    assert "What is the sum?" in conversation
    assert "And how many shops?" in conversation
    assert KEY.encode() not in everything_in(lathe.session(name))


def test_a_task_that_no_turn_is_left_for_is_incomplete(lathe: Lathe) -> None:
    with ModelServer(*[Code("x = 1")] * 3) as server:
        user = lathe.having(**server.variables)
        done = user.run("ask", "Go", "-m", MODEL, "-s", "s", "--max-turns", "2")
    assert done.code == 3
    assert len(server.requests) == 2
    assert "incomplete" in done.out
    assert "--session s" in done.out
    assert lathe.outcome("s")["status"] == "incomplete"


def test_a_provider_that_fails_fails_the_task(lathe: Lathe) -> None:
    with ModelServer(Refusal(400, "no such model")) as server:
        done = lathe.having(**server.variables).run("ask", "Go", "-m", MODEL, "-q", "-s", "s")
    assert (done.code, done.out) == (1, "")
    assert "no such model" in done.err
    assert lathe.outcome("s")["status"] == "failed"


def test_chat_through_a_pipe_does_one_task_a_line(lathe: Lathe) -> None:
    lathe.write("sales.csv", _SALES)
    with ModelServer(Code(_SUM + "\nkept = 1"), Code('lathe.answer(f"kept {kept}")')) as server:
        done = lathe.having(**server.variables).run(
            "chat",
            "-m",
            MODEL,
            "-d",
            "sales.csv",
            "-s",
            "c",
            "-q",
            given="What is the sum?\nAnd?\n",
        )
    assert done == Done(0, "In all 12.\nkept 1\n", "")
    assert [event.data["task"] for event in lathe.events("c", "task_submitted")] == [
        "What is the sum?",
        "And?",
    ]


# --- sessions, library, replay --------------------------------------------------------------------


@pytest.fixture
def asked(lathe: Lathe) -> Lathe:
    """A user with one session, `sum`, that answered and saved a function."""
    lathe.write("sales.csv", _SALES)
    save = '''
def shop_total(amounts: list[float]) -> float:
    """Add up what a shop sold."""
    return float(sum(amounts))

lathe.save_function(shop_total)
lathe.save_artifact("totals.csv", sales.groupby("shop").sum())
'''
    with ModelServer(Code(save), Code(_SUM)) as server:
        done = lathe.having(**server.variables).run(
            "ask", "What is the sum?", "-m", MODEL, "-d", "sales.csv", "-s", "sum"
        )
    assert done.code == 0, done
    return lathe


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


def test_a_recording_of_a_session_replays_alike(asked: Lathe) -> None:
    recording = asked.run("sessions", "recording", "sum")
    assert recording.code == 0
    asked.write("sum.jsonl", recording.out)
    refused(asked.run("replay", "./sum.jsonl"), 2, "--data sales=PATH")
    replayed = asked.run("replay", "./sum.jsonl", "-d", "sales.csv", "-s", "again", "-q")
    assert (replayed.code, replayed.out) == (0, "In all 12.\n")
    by_name = asked.run("replay", "sum", "-q")
    assert (by_name.code, by_name.out) == (0, "In all 12.\n")
    asked.write("sales.csv", _SALES + "south,8\n")
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
    assert "shop_total" in listed.out
    assert "proposed" in listed.out
    ((row,),) = asked.run("library", "list", "--json").json_lines()
    assert (row["kind"], row["name"], row["status"]) == ("function", "shop_total", "proposed")
    shown = asked.run("library", "show", "shop_total")
    assert "def shop_total(amounts: list[float]) -> float:" in shown.out
    assert '"""Add up what a shop sold."""' in shown.out
    assert "shop_total" in asked.run("library", "search", "sold", "shop").out
    refused(asked.run("library", "search", "zebra"), 1, "zebra")
    refused(asked.run("library", "show", "none"), 1, "none")


def test_an_empty_project_has_no_sessions_and_no_library(lathe: Lathe) -> None:
    for command in ("sessions", "library"):
        assert lathe.run(command, "list").code == 0
        assert lathe.run(command, "list", "--json") == Done(0, "[]\n", "")
    assert list(lathe.project.iterdir()) == []
