"""What `lathe sessions export` writes, judged by those who read it: nbformat and nbclient."""

import base64
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lathe_export.session import Call
from tests_program.demo import FIRST, SECOND, Demo
from tests_program.endpoint import MODEL, Code, ModelServer, Text
from tests_program.program import Lathe
from tests_program.shop import SALES, refused

_PNG = b"\x89PNG\r\n\x1a\n"
_EVIL = (
    "Done ![see](http://evil.example/?all) <script>alert(1)</script> "
    "[x](javascript:alert(2)) \x1b[31m"
)
_FIGURE = """
import matplotlib.pyplot as plt
sales.groupby("shop").amount.sum().plot.bar(title="Sales by shop")
print("<b>by shop</b> ``` \\x1b[2J")
"""
_ASK = """
word = lathe.ask_model("Which word?")
print(word)
lathe.remember("Sales are net of tax.", about="sales")
assert lathe.recall("sales")[0].text == "Sales are net of tax."
"""
_DELEGATE = """
found = lathe.delegate_each("count the rows of data", sales.groupby("shop"), task="count")
total = sum(int(value) for value in found.values().values())
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Lathe:
    """A user with a session `s`: a figure, a failed cell, subtasks, a question, an undone cell."""
    lathe = Lathe.in_folder(tmp_path_factory.mktemp("told"))
    lathe.write("sales.csv", SALES)
    script = [
        Code(_FIGURE, said="First a **figure**. <img src=x>"),
        Code("1 / 0"),
        Code(_ASK),
        Text("zebra"),
        Code(_DELEGATE),
        Code("lathe.answer(str(len(data)))"),
        Code("lathe.answer(str(len(data)))"),
        Code(f"lathe.answer({_EVIL!r} + str(total) + word)"),
    ]
    with ModelServer(*script) as server:
        done = lathe.having(**server.variables).run(
            "ask", "Count <all>\nof it", "-m", MODEL, "-d", "sales.csv", "-s", "s"
        )
    assert done.code == 0, done
    for code in ["wrong = 1", "sales['twice'] = sales.amount * 2\nint(sales.twice.sum())"]:
        assert lathe.run("exec", "-s", "s", code).code == 0
        if code == "wrong = 1":
            assert lathe.run("undo", "-s", "s").code == 0
    return lathe


def _notebook(path: Path) -> Any:
    nbformat: Any = __import__("nbformat")
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    return book


def _executed(book: Any, folder: Path) -> Any:
    client: Any = __import__("nbclient")
    # A generous limit: it ends a hang, never a slow machine.
    return client.NotebookClient(
        book, timeout=300, resources={"metadata": {"path": str(folder)}}
    ).execute()


def _text(cell: Any) -> str:
    """What a cell printed and showed, as words."""
    words = [
        one.get("text", "") or one.get("data", {}).get("text/plain", "") for one in cell.outputs
    ]
    return "".join(cast("list[str]", words))


def test_a_notebook_is_valid_and_runs_from_top_to_bottom(told: Lathe) -> None:
    done = told.run("sessions", "export", "s")
    assert (done.code, done.err) == (0, ""), done
    path = told.project / "s.ipynb"
    assert done.out == f"wrote {path}\n"
    book = _notebook(path)
    recorded = {c.execution_count: c for c in book.cells if c.get("execution_count")}
    assert sorted(recorded) == [1, 2, 3, 4, 5, 7]
    (figure,) = [one for one in recorded[1].outputs if one.output_type == "display_data"]
    assert base64.b64decode(figure.data["image/png"]).startswith(_PNG)
    assert recorded[2].outputs[0].ename == "ZeroDivisionError"
    assert "raises-exception" in recorded[2].metadata.tags
    assert recorded[7].outputs[0].data["text/plain"] == "24"
    assert "wrong = 1" not in path.read_text("utf-8")
    run = _executed(book, told.project)
    again = [c for c in run.cells if c.cell_type == "code"]
    assert "zebra" in _text(again[-4])
    assert _text(again[-1]) == "24"
    # Nobody was asked: there is no server any more, and it says so.
    assert "nothing is run or asked" in _text(again[-3])


def test_a_notebook_gives_found_and_chosen_agents_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # The stand-in takes the place of `lathe` where it is imported.
    monkeypatch.setitem(sys.modules, "lathe", sys)
    monkeypatch.setitem(sys.modules, "lathe.capabilities", sys)
    from lathe_export import outside, recorded

    search = Call(
        "agents", {"query": "count rows", "limit": 3}, {"value": {"agents": [{"agent": "counter"}]}}
    )
    begun = [
        Call(
            "delegate",
            {"task": task, "items": [{"label": label}]},
            {"value": {"subtasks": [{"id": number, "label": label}]}},
        )
        for number, (task, label) in enumerate([("count", "counter"), ("sum", "add_the_rows")], 1)
    ]
    ended = {number: {"status": "complete", "value": number * 3} for number in (1, 2)}
    session: Any = SimpleNamespace(subtasks=ended, inputs=[], messages={}, cells=[])
    cells: Any = [SimpleNamespace(calls=[search, *begun])]
    told = recorded.answers(session, cells, cast("Any", None))
    monkeypatch.setattr(outside, "RECORDED", json.loads(json.dumps(told)))
    lathe: Any = outside.Lathe()
    assert [one.name for one in lathe.agents("count  rows")] == ["counter"]
    assert lathe.delegate(None, "count").result() == 3
    assert lathe.delegate("Add the rows.", "sum").result() == 6
    assert lathe.agent("a", "b", tools=["crm/*"]).tools == ["crm/*"]


def test_a_notebook_shows_foreign_text_as_words(told: Lathe) -> None:
    assert told.run("sessions", "export", "s", "-o", "words.ipynb").code == 0
    raw = (told.project / "words.ipynb").read_text("utf-8")
    assert "\x1b" not in raw
    words = [
        c.source for c in _notebook(told.project / "words.ipynb").cells if c.cell_type == "markdown"
    ]
    everything = "\n".join(words)
    for active in ["<script", "<img", "![", "](javascript:", "<all>"]:
        assert active not in everything, active
    assert "First a **figure**" in everything
    assert "cell 6" in everything
    assert "undone" in everything
    assert "| north |" in everything


def test_a_report_has_answers_first_and_its_figures_beside_it(told: Lathe) -> None:
    done = told.run("sessions", "export", "s", "--to", "markdown", "--output", "out/r.md")
    refused(done, 1, "out", "no such folder")
    (told.project / "out").mkdir()
    done = told.run("sessions", "export", "s", "-o", "out/r.md")
    assert done.code == 0, done
    report = (told.project / "out" / "r.md").read_text("utf-8")
    order = [report.index(part) for part in ["### Answer", "## How it was found", "## Cost"]]
    assert order == sorted(order)
    words = re.sub(r"(?ms)^(`{3,})(python)?$.*?^\1$", "", report)
    for active in ["<script", "<img", "](javascript:", "![see"]:
        assert active not in words, active
    assert "\x1b" not in report
    (figure,) = (told.project / "out" / "r_files").iterdir()
    assert figure.read_bytes().startswith(_PNG)
    assert f"](r_files/{figure.name})" in report
    assert "**Cell 6** (run by the user, undone)" in report
    # Code blocks that hold fences themselves are fenced more.
    assert "````\n<b>by shop</b> ``` ␛[2J" in report


def test_events_are_exported_as_json_lines_and_nothing_is_overwritten(told: Lathe) -> None:
    done = told.run("sessions", "export", "s", "--to", "jsonl", "--output", "-")
    lines = done.json_lines()
    stored = told.events("s")
    assert [one["sequence"] for one in lines] == [one.sequence for one in stored]
    assert [one["type"] for one in lines] == [one.kind for one in stored]
    assert told.run("sessions", "export", "s", "-o", "s.jsonl").code == 0
    refused(told.run("sessions", "export", "s", "-o", "s.jsonl"), 1, "s.jsonl", "--force")
    told.write("s.jsonl", "mine")
    assert told.run("sessions", "export", "s", "-o", "s.jsonl", "--force").code == 0
    assert (told.project / "s.jsonl").read_text("utf-8") == done.out
    assert not [p.name for p in told.project.iterdir() if p.name.endswith(".part")]
    refused(told.run("sessions", "export", "none"), 1, "none")
    refused(told.run("sessions", "export", "s", "--to", "pdf"), 2, "notebook", "pdf")


def test_a_cell_that_was_left_at_a_checkpoint_is_left_there_again(lathe: Lathe) -> None:
    lathe.run("exec", "-s", "c", "x = 1\nlathe.checkpoint('one')\nx = 2")
    with ModelServer(
        Code("x = 3\nlathe.checkpoint('a')\nx = 4"),
        Code("y = x\nlathe.rollback('a')"),
        Code("lathe.answer(str(x))"),
    ) as server:
        done = lathe.having(**server.variables).run("ask", "go", "-m", MODEL, "-s", "c")
    assert done.code == 0, done
    assert lathe.outcome("c")["answer"] == "3"
    assert lathe.run("sessions", "export", "c").code == 0
    run = _executed(_notebook(lathe.project / "c.ipynb"), lathe.project)
    assert _text(run.cells[-2]) == "3\n"
    assert "y = x" not in json.dumps(run.cells[:-1])


def test_the_demo_runs_as_a_notebook(demo: Demo) -> None:
    for name in (FIRST, SECOND):
        assert demo.lathe.run("sessions", "export", name).code == 0
        book = _notebook(demo.lathe.project / f"{name}.ipynb")
        run = _executed(book, demo.lathe.project)
        shown = [c for c in run.cells if c.cell_type == "code" and c.execution_count]
        answer = demo.lathe.outcome(name)["answer"]
        assert any(answer.strip() in _text(cell) for cell in shown)
