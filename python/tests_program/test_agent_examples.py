"""An agent's recorded examples: made of its own runs, replayed without a model, made anew."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests_program.endpoint import Code, ModelServer, Text
from tests_program.program import Done, Lathe

_MODEL = "openai:gpt-5-mini"
# One after the other, so that the script's lines go where they should.
_DELEGATED = """
flights = pd.DataFrame({"carrier": ["UA", "AA", "UA"], "delay": [5.0, 30.0, 20.0]})
judge = lathe.agent("delay_judge", "Say which share of `data` is late.", {"share": float})
small = lathe.delegate(judge, "More than 15 minutes is late.", data=flights, label="UA").result()
people = pd.DataFrame({"who": ["kim@example.org"], "delay": [1.0]})
print(small, lathe.delegate(judge, "", data=people).result())
"""
_LATE = 'lathe.answer({"share": float((data["delay"] > 15).mean())})'
_SAVED = """
print(lathe.save_agent(
    "delay_judge", "Say which share of `data` is late.", {"share": float},
    purpose="Asked of every carrier.", capabilities=["count_flights"],
))
"""
_NAME = "agents/delay_judge"
_FAILED, _CHANGED = 1, 7


def _made(lathe: Lathe) -> Path:
    """Let a session run an agent twice and save it; return where its fixtures lie."""
    looked = Code('print(data["delay"].describe())')
    script = (Code(_DELEGATED), looked, Code(_LATE), Code(_LATE), Code(_SAVED), Text("Saved."))
    with ModelServer(*script) as server:
        done = lathe.having(**server.variables).run("ask", "-s", "s", "-m", _MODEL, "Judge.")
    assert done.code == 0, done
    told = _printed(lathe)
    assert "runs of it that are its examples: 1, of these 1 the same when replayed" in told
    assert "CAPABILITIES names `count_flights`, which the library does not have" in told
    assert "an e-mail address" in told
    return _folder(lathe, "proposed/")


def _printed(lathe: Lathe) -> str:
    return "".join(one.data["stdout"]["head"] for one in lathe.events("s", "cell_finished"))


def _folder(lathe: Lathe, shelf: str = "") -> Path:
    return lathe.project / f"generated-capabilities/{shelf}agents/fixtures/delay_judge"


def _tested(lathe: Lathe, *more: str) -> tuple[Done, Any]:
    done = lathe.run("library", "test", _NAME, "--json", *more)
    (rows,) = done.json_lines()
    return done, rows[0]


def test_a_sessions_own_runs_become_examples_that_replay_without_a_model(lathe: Lathe) -> None:
    folder = _made(lathe)
    assert sorted(one.name for one in folder.iterdir()) == [
        "example_1.json",
        "example_1.replies.jsonl",
    ]
    example = json.loads((folder / "example_1.json").read_text())
    assert (example["label"], example["task"]) == ("UA", "More than 15 minutes is late.")
    assert example["data"].startswith("pd.DataFrame({")
    replies = (folder / "example_1.replies.jsonl").read_text()
    assert [json.loads(line).get("turn") for line in replies.splitlines()] == [None, 1, 2]
    assert "kim@" not in "".join(one.read_text() for one in folder.iterdir())

    done, row = _tested(lathe)
    assert (done.code, row["passed"]) == (0, True), done
    (run,) = row["examples"]
    assert (run["same"], run["stale"], run["differences"]) == (True, False, [])
    shown = lathe.run("library", "diff", _NAME)
    assert "its recorded example" in shown.out
    assert '(data["delay"] > 15).mean()' in shown.out
    assert "recorded runs of it that ended the same when replayed: 1 of 1" in shown.out

    # An approval tells once more what its list names in vain; then the recording is pinned.
    approved = lathe.run("library", "approve", _NAME)
    assert approved.code == 0, approved
    assert "its CAPABILITIES name count_flights" in " ".join(approved.out.split())
    assert lathe.run("library", "check", _NAME).code == 0
    recorded = _folder(lathe) / "example_1.replies.jsonl"
    recorded.write_text(recorded.read_text().replace("> 15", "> 25"))
    assert lathe.run("library", "check", _NAME).code == _CHANGED
    done, row = _tested(lathe)
    assert (done.code, row["examples"][0]["same"]) == (_FAILED, False)
    (difference,) = row["examples"][0]["differences"]
    assert difference.startswith("result.share is 0.333"), difference
    assert difference.endswith("recorded 0.6666666666666666")


@pytest.mark.slow
def test_examples_are_recorded_whole_or_not_at_all(lathe: Lathe) -> None:
    folder = _made(lathe)
    assert lathe.run("library", "approve", _NAME).code == 0
    folder = _folder(lathe)
    (folder / "example_2.json").write_text(
        json.dumps(
            {
                "task": "More than 15 minutes is late.",
                "data": 'pd.DataFrame({"delay": [1, 2]})',
                "expects": {"properties": {"share": {"maximum": 0}}},
            }
        )
    )
    assert lathe.run("library", "approve", _NAME).code == 0
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    done, row = _tested(lathe)
    assert done.code == _FAILED
    assert "it is not recorded" in row["examples"][1]["problem"]
    record = ("library", "test", _NAME, "--record", "-m", _MODEL)

    # The second example does not end as expected, so the first one is not kept either.
    with ModelServer(Code(_LATE), Code('lathe.answer({"share": 0.5})')) as server:
        done = lathe.having(**server.variables).run(*record)
    assert done.code == _FAILED, done
    assert "it is not as expected: result.share" in done.out
    assert "nothing was written: 1 of 2 examples" in done.out
    with ModelServer(Code(_LATE), then=Code(_LATE)) as server:
        poor = lathe.having(**server.variables).run(*record, "--budget-tokens", "400")
    assert (poor.code, "nothing was written" in poor.out) == (_FAILED, True), poor
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before

    with ModelServer(Code(_LATE), Code(_LATE)) as server:
        done = lathe.having(**server.variables).run(*record, "--json")
        assert len(server.requests) == 2
    assert done.code == 0, done
    (rows,) = done.json_lines()
    assert [(row["example"], row["written"], row["status"]) for row in rows] == [
        ("1", True, "changed"),
        ("2", True, "changed"),
    ]
    assert rows[0]["differences"][0].startswith("cell 2 did not run")
    assert lathe.run("library", "check", _NAME).code == _CHANGED
    assert lathe.run("library", "approve", _NAME).code == 0
    done, row = _tested(lathe)
    assert (done.code, [run["same"] for run in row["examples"]]) == (0, [True, True]), row


@pytest.mark.slow
def test_what_is_no_example_is_named_and_options_are_told(lathe: Lathe) -> None:
    folder = _made(lathe)
    file = folder / "example_1.json"
    whole = file.read_text()
    for text, said in (
        (whole.replace('"pd.DataFrame(', '"open('), "`data` calls `open`"),
        (whole.replace('"task"', '"taks"'), "an example has no taks"),
        ("[]", "it is no JSON object"),
    ):
        file.write_text(text)
        refused = lathe.run("library", "approve", _NAME)
        assert (refused.code, said in " ".join(refused.err.split())) == (1, True), refused
    file.write_text(whole)
    assert lathe.run("library", "test", "--record").code == 2
    assert lathe.run("library", "test", _NAME, "-m", _MODEL).code == 2


@pytest.mark.parametrize("writer", ["function_writer", "agent_writer"])
def test_the_agents_that_come_with_lathe_are_tested_too(lathe: Lathe, writer: str) -> None:
    done = lathe.run("library", "test", writer, "--json")
    assert done.code == 0, done
    ((row,),) = done.json_lines()
    assert [(run["same"], run["stale"]) for run in row["examples"]] == [(True, False)]
