"""Every command with good and bad input, through pipes."""

import json
import os
import re
from pathlib import Path

import pytest

from tests_program.endpoint import KEY, MODEL, Code, ModelServer, Refusal
from tests_program.program import Done, Lathe
from tests_program.shop import SALES, SUM, refused

_COMMANDS = [
    "ask",
    "chat",
    "exec",
    "undo",
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
    lathe.write("sales.csv", SALES)
    lathe.write("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00")
    os.mkfifo(lathe.project / "pipe")
    refused(lathe.run("exec", "-s", "s", "1", "--data", data), 2, word)
    refused(lathe.run("ask", "x", "--data", data), 2, word)
    assert not (lathe.project / ".lathe").exists()


def test_two_inputs_of_one_name_are_refused(lathe: Lathe) -> None:
    lathe.write("sales.csv", SALES)
    lathe.write("old/sales.csv", SALES)
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
    refused(lathe.run("ask", "How many?", "--model", model), 1, variable)
    assert not (lathe.project / ".lathe").exists(), "a session was left behind"


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
    assert topics["slices"]["detail"].startswith("slices are written in pages of ")
    assert topics["default model"]["mend"]
    assert findings.code == (1 if "missing" in {row["status"] for row in rows} else 0)
    plain = lathe.run("doctor")
    assert plain.code == findings.code
    assert all(row["topic"] in plain.out for row in rows)


# --- exec -----------------------------------------------------------------------------------------


def test_exec_prints_what_the_cell_says_and_keeps_its_names(lathe: Lathe) -> None:
    lathe.write("sales.csv", SALES)
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
    assert (done.out, done.err) == ("".join(f"line {i}\n" for i in range(20000)), "")
    value = lathe.run("exec", "-s", "s", "'x' * 100_000")
    assert (value.code, value.out) == (0, f"'{'x' * 100_000}'\n")


# --- ask and chat ---------------------------------------------------------------------------------


def test_ask_answers_from_the_data_and_goes_on_in_the_same_session(lathe: Lathe) -> None:
    lathe.write("sales.csv", SALES)
    again = 'lathe.answer(f"{sales.shop.nunique()} shops, {extra}.")'
    with ModelServer(Code("extra = 7\n" + SUM), Code(again)) as server:
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
    lathe.write("sales.csv", SALES)
    with ModelServer(Code(SUM + "\nkept = 1"), Code('lathe.answer(f"kept {kept}")')) as server:
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
