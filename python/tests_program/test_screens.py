"""What the user sees: on terminals of several kinds, through pipes, and as JSON."""

import re
from pathlib import Path

import pytest

from tests_program.demo import SECOND, Demo
from tests_program.endpoint import MODEL, Code, Line, ModelServer, Text
from tests_program.program import ROOT, Lathe

# What a hostile text would do: a new title, a cleared screen, another colour by C1, text backwards.
_ATTACK = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe"
_CSV = f"name,amount\nplain,1\n{_ATTACK},2\n\tlong {'x' * 300},3\n"
_HOSTILE: list[Line] = [
    Code(
        f"attack = {_ATTACK!r}\nprint(attack)\nprint(data.to_string())\n"
        "import sys\nsys.stderr.write(attack)\n[attack, 'wide 漢字 ' * 20]",
        said=f"I look {_ATTACK} first.",
    ),
    Code("lathe.save_artifact('total.csv', data); raise ValueError(attack)", said="And then"),
    Code("for i in range(40): print('\\r', i, end='')\nprint('漢' * 100)"),
    Code(
        "lathe.answer(f'The sum is **{data.amount.sum()}**. {attack}\\n\\n'"
        " + f'| a | b |\\n| - | - |\\n| {attack} | 2 |')"
    ),
]


def hostile(lathe: Lathe) -> list[str]:
    """Write hostile data under a hostile name, and give the arguments that ask about it."""
    name = f"d{_ATTACK.replace('/', '')}.csv"
    lathe.write(name, _CSV)
    task = f"Add up {_ATTACK}, please: {'word ' * 40}"
    return ["ask", task, "-m", MODEL, "-d", f"data={name}", "-s", "s"]


# --- terminals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "rows", "variables"),
    [
        (80, 24, {}),
        (60, 15, {"NO_COLOR": "1"}),
        (80, 24, {"LANG": "C"}),
        (60, 15, {"LANG": "C"}),
        (80, 24, {"TERM": "dumb"}),
    ],
    ids=["80 columns", "60, no colour", "80, ASCII", "60, ASCII", "dumb"],
)
def test_nothing_foreign_acts_on_a_terminal(
    lathe: Lathe, columns: int, rows: int, variables: dict[str, str]
) -> None:
    with ModelServer(*_HOSTILE) as server:
        user = lathe.having(**server.variables, **variables)
        with user.on_terminal(*hostile(lathe), columns=columns, rows=rows) as run:
            assert run.end() == 0, run.text
    assert len(server.requests) == 4
    plain = variables.get("TERM") == "dumb"
    # Plain lines are for whatever reads them, and are not cut.
    run.check(widths=not plain)
    assert "The sum is" in run.text
    assert "owned" in run.text, "hostile text is shown, not hidden"
    if variables.get("LANG") == "C":
        assert run.raw.isascii()
        assert r"\e]0;owned\x07" in run.text
    if plain:
        assert "\x1b" not in run.raw
    if "NO_COLOR" in variables or plain:
        assert re.search(r"\x1b\[[0-9;]*m", run.raw) is None


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (60, 15), (40, 10), (200, 60)])
def test_subtasks_fit_every_terminal(demo: Demo, columns: int, rows: int) -> None:
    arguments = [
        "replay",
        f"{ROOT}/demo/{SECOND}.jsonl",
        "-d",
        "flights.csv",
        "-s",
        f"at-{columns}",
    ]
    with demo.lathe.on_terminal(*arguments, columns=columns, rows=rows) as run:
        assert run.end() == 0, run.text
    run.check()
    for part in [
        "3 of 3 done",
        "most reliable in winter",
        "replayed: nothing was spent",
        "complete",
    ]:
        assert part in run.text


def test_a_chat_on_a_terminal_prompts_helps_and_leaves(lathe: Lathe) -> None:
    with ModelServer(Code("lathe.answer('first answer')"), Text("second answer")) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("chat", "-m", MODEL, "-s", "c") as run:
            run.wait_for("lathe> ")
            run.press("/help\n")
            run.wait_for("Ctrl-D")
            run.press("/nonsense\n")
            run.wait_for("/nonsense")
            run.press("What is first?\n")
            run.wait_for("first answer")
            run.wait_for(r"lathe> \r?$")
            run.press("/undo\n")
            run.wait_for("undone: cell 1")
            run.wait_for(r"lathe> \r?$")
            run.press("half a li\x03")
            run.wait_for(r"lathe> \r?$")
            run.press("And second?\n")
            run.wait_for("second answer")
            run.wait_for(r"lathe> \r?$")
            run.press("\x04")
            assert run.end() == 0, run.text
    assert "lathe chat --session c" in run.text
    tasks = [event.data["task"] for event in lathe.events("c", "task_submitted")]
    assert tasks == ["What is first?", "And second?"]


def test_listings_fit_a_terminal_and_show_nothing_raw(lathe: Lathe) -> None:
    with ModelServer(*_HOSTILE) as server:
        lathe.having(**server.variables).run(*hostile(lathe), "-q")
    lathe.write("generated-capabilities/functions/odd.py", f'"""Odd {_ATTACK}."""\n')
    for command in [
        ["sessions", "list"],
        ["sessions", "show", "s"],
        ["library", "list"],
        ["library", "show", "odd"],
        ["model", "list"],
        ["doctor"],
        ["--help"],
    ]:
        for variables in ({}, {"LANG": "C"}):
            with lathe.on_terminal(*command, columns=60, rows=15, **variables) as run:
                run.end()
            # Paths and help are for copying and for 80 columns: they wrap by the terminal itself.
            run.check(widths=False)
            assert not variables or run.raw.isascii(), (command, run.text)


# --- pipes and JSON -------------------------------------------------------------------------------


def test_pipes_and_files_get_no_control_characters(lathe: Lathe) -> None:
    with ModelServer(*_HOSTILE) as server:
        done = lathe.having(**server.variables).run(*hostile(lathe))
    assert done.code == 0
    shown = lathe.run("exec", "-s", "s", "print(attack); import sys; sys.stderr.write(attack); 1/0")
    listed = [lathe.run("sessions", "list"), lathe.run("sessions", "show", "s")]
    for text in [done.out, done.err, shown.out, shown.err, *(each.out for each in listed)]:
        assert re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text) is None
    assert "␛]0;owned" in shown.out


def known_types() -> set[str]:
    """Read the names of event types from the documentation."""
    table = (ROOT / "docs/command-line.md").read_text().split("| type |")[1].split("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


_ENDINGS = {
    "turn_finished",
    "turn_failed",
    "cell_finished",
    "host_answered",
    "subtask_finished",
    "task_finished",
}


def test_json_is_the_journal_line_by_line(demo: Demo) -> None:
    arguments = [
        "replay",
        f"{ROOT}/demo/{SECOND}.jsonl",
        "-d",
        "flights.csv",
        "-s",
        "json",
        "--json",
    ]
    done = demo.lathe.run(*arguments)
    assert (done.code, done.err) == (0, "")
    lines = done.json_lines()
    assert {line["type"] for line in lines} <= known_types()
    assert {"reply_progressed", "cell_output"} <= {
        line["type"] for line in lines if not line["sequence"]
    }
    durable = [line for line in lines if line["sequence"]]
    journal = demo.lathe.events("json")
    assert [line["sequence"] for line in durable] == [event.sequence for event in journal]
    for line, event in zip(durable, journal, strict=True):
        assert (line["place"], line["type"]) == (event.place, event.kind)
        ends = {"outcome"} if event.kind in _ENDINGS else set[str]()
        assert line.keys() == {"sequence", "time", "place", "type", "data"} | ends
        if event.kind == "turn_started":
            assert line["data"]["request"].keys() == {"characters", "messages"}
            assert len(event.data["request"]["messages"]) == line["data"]["request"]["messages"]
        else:
            assert line["data"] == event.data
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out) is None


def test_json_of_hostile_text_holds_no_control_characters(lathe: Lathe) -> None:
    with ModelServer(*_HOSTILE) as server:
        done = lathe.having(**server.variables).run(*hostile(lathe), "--json")
    assert done.code == 0
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.out) is None
    (task,) = [line for line in done.json_lines() if line["type"] == "task_submitted"]
    assert _ATTACK in task["data"]["task"], "escaped, and whole once it is parsed"


def test_answers_go_to_a_file_as_they_are(lathe: Lathe, tmp_path: Path) -> None:
    answer = "# Title\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nÜber *alles*\tdone."
    with ModelServer(Text(answer)) as server:
        done = lathe.having(**server.variables, LANG="C").run("ask", "x", "-m", MODEL, "-q")
    assert (done.code, done.out) == (0, answer + "\n")
