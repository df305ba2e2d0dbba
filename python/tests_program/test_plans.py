"""Plans as a user has them: killed in the middle, gone on with, replayed, and seen first."""

import json
import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests_program import processes
from tests_program.endpoint import MODEL, Code, Line, ModelServer, Refusal, Text
from tests_program.killing import killed_when
from tests_program.program import PATIENCE, Lathe

_PLAN = """
frame = pd.DataFrame({"v": [1, 2, 3]})
p = lathe.plan("The sum of \\x1b[31mv", [
    lathe.step("left", "Take v above 1.", data=frame, returns={"v": [int]}),
    lathe.step("right", "Count rows.", data=frame, returns={"n": int}),
    lathe.step("sum", "Bring both together.", needs=["left", "right"], returns={"total": int}),
])
r = p.run()
print(r)
lathe.answer(r.markdown())
"""
_CHANGING = """
frame = pd.DataFrame({"v": [1, 2, 3]})
p = lathe.plan("The sum of v", [
    lathe.step("first", "Take v above 1.", data=frame, returns={"v": [int]}),
    lathe.step("sum", "Bring them together.", needs=["first"], returns={"total": int}),
    lathe.step("extra", "Look for more.", needs=["first"]),
])
r = p.run()
lathe.answer(r.markdown())
"""
_SAID = {
    # The plan stands still until somebody says something.
    "first": "import time\nwhile not lathe.messages(all=True): time.sleep(0.02)\n"
    "lathe.answer({'v': [int(one) for one in data['v'] if one > 1]})",
    "check": "lathe.answer('found right')",
    "left": "lathe.answer({'v': [int(one) for one in data['v'] if one > 1]})",
    "right": "lathe.answer({'n': len(data)})",
    "sum": "lathe.answer({'total': sum(data['left']['v']) + data['right']['n']})",
    "sum of two": "lathe.answer({'total': sum(data['first']['v']) + len(data['check'])})",
}


class Planner(ModelServer):
    """Plans, and works as each step by its task, in whatever order they ask."""

    def line(self, index: int, request: dict[str, Any]) -> Line:
        """Give the reply to a request by its words."""
        text = json.dumps(request["messages"])
        if step := re.search(r"Slice: (\w+)", text):
            return Code(_SAID["sum of two" if "Sum both" in text else step[1]])
        if "LatheError" in text:
            return Text("There is no plan, so there is no sum.")
        return Code(_CHANGING if "Change it" in text else _PLAN)


def test_a_killed_plan_goes_on_without_its_finished_steps_and_is_replayed(lathe: Lathe) -> None:
    with Planner() as server:
        user = lathe.having(**server.variables)
        ask = ("ask", "Sum it", "-m", MODEL, "-s", "s", "--quiet")
        killed_when(user, "s", "subtask_finished", 2, *ask)
        done = user.run("resume", "s")
        assert done.code == 0, done
        assert "{total: 8}" in done.out
        assert len(server.requests) <= 4 + 3, "replies that arrived were paid again"
    assert [one.data["plan"] for one in lathe.events("s", "plan_made")] == [1]
    running = [
        one.data["step"] for one in lathe.events("s", "plan_step") if one.data["state"] == "running"
    ]
    assert sorted(running) == ["left", "right", "sum"]
    shown = lathe.run("sessions", "show", "s").out
    assert "plan 1: 3 steps, parallel" in shown
    assert "plan 1 complete" in shown
    assert "\x1b" not in shown
    replayed = lathe.run("replay", "s", "--session", "again", "--quiet")
    assert (replayed.code, replayed.err) == (0, ""), replayed
    assert [one.data["status"] for one in lathe.events("again", "plan_ended")] == ["complete"]


def test_a_plan_is_shown_first_and_accepted_edited_or_declined(lathe: Lathe) -> None:
    lathe.write("lathe.json", '{"plan": {"review": true}}')
    # The second time it asks for a step that there is not.
    lines = [
        "#!/bin/sh",
        "grep -q 'Add both' \"$1\" && sed -i 's/^needs: left.*/needs: nowhere/' \"$1\"",
        "sed -i 's/Bring both together/Add both/' \"$1\"",
    ]
    editor = lathe.write("edit", "\n".join(lines) + "\n")
    editor.chmod(0o755)
    with Planner() as server:
        user = lathe.having(**server.variables)
        ask = ("ask", "Sum it", "-m", MODEL, "--no-memory", "-s")
        with user.on_terminal(*ask, "s", EDITOR=str(editor)) as run:
            run.wait_for(r"Run this plan\?")
            assert "1 to 24" not in run.text
            for part in ("sum by worker, after left, right", "Take v above 1.", "at most 6 subtas"):
                assert part in run.text, run.text
            run.press("e\n")
            run.wait_for(r"Add both(.|\n)*Run this plan\?")
            run.press("e\n")
            run.wait_for(r"Not taken: (.|\n)*nowhere(.|\n)*without that edit\?")
            run.press("y\n")
            assert run.end() == 0, run.text
            run.check()
        (made,) = lathe.events("s", "plan_made")
        assert made.data["decided"] == "edited"
        assert made.data["steps"][2]["task"] == "Add both."
        started = lathe.events("s", "subtask_started")
        assert any(one.data["task"].startswith("Add both.") for one in started)
        with user.on_terminal(*ask, "n") as run:
            run.wait_for(r"Run this plan\?")
            run.press("n\n")
            run.wait_for("Why not")
            run.press("too dear\n")
            run.end()
            assert "too dear" in run.text
        (refused,) = lathe.events("n", "plan_refused")
        assert (refused.data["decided"], lathe.events("n", "subtask_started")) == ("user", [])
        # What was begun so is gone on with so, whatever the settings say by then.
        (lathe.project / "lathe.json").unlink()
        with user.on_terminal(*ask, "p", "--review-plan") as run:
            run.wait_for(r"Run this plan\?")
            run.process.kill()
            run.process.wait()
        piped = user.run("resume", "p")
        assert "no terminal to ask on" in lathe.events("p", "plan_refused")[0].data["reason"], piped
    replayed = lathe.run("replay", "s", "--session", "again", "--quiet")
    assert (replayed.code, replayed.err) == (0, ""), replayed
    (again,) = lathe.events("again", "plan_made")
    assert again.data["edited"] == made.data["edited"]


def _until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_running_plan_is_changed_from_another_terminal_and_stays_so_after_a_kill(
    lathe: Lathe,
) -> None:
    # Leaves garbage first, and takes it out again when it is asked once more.
    editor = lathe.write(
        "edit",
        '#!/bin/sh\nif grep -q garbage "$1"; then sed -i -e /garbage/d '
        "-e 's/Bring them together/Sum both/' -e 's/needs: first/needs: first, check/' \"$1\"; "
        "printf 'step: check\\nneeds: first\\ntask: Check.\\n' >> \"$1\"; "
        'else echo garbage >> "$1"; fi\n',
    )
    editor.chmod(0o755)
    with Planner() as server:
        user = lathe.having(**server.variables)
        run = user.start("ask", "Change it", "-m", MODEL, "-s", "s", "--no-memory", "--quiet")
        _until(lambda: user.events("s", "plan_step"), "a step that runs")
        shown = user.run("control", "plan", "s", "--json").json_lines()[0]
        states = [(one["name"], one["state"], one["open"]) for one in shown["steps"]]
        assert states == [
            ("first", "running", False),
            ("sum", "waiting", True),
            ("extra", "waiting", True),
        ]
        runs = user.run("control", "plan", "s", "--drop", "first")
        assert (runs.code, "step 'first' runs (subtask://1)" in runs.err) == (5, True), runs
        wrong = user.run("control", "plan", "s", "--file", "-", given='{"drop": 1}')
        assert (wrong.code, "drop is a list of names" in wrong.err) == (2, True), wrong
        dear = ("--drop", "extra", "--because", "too dear\x1b[2J")
        gone = user.run("control", "plan", "s", *dear)
        assert (gone.code, "took out 'extra': too dear" in gone.out) == (0, True), gone
        assert "\x1b" not in gone.out
        with user.on_terminal("control", "plan", "s", "--edit", EDITOR=str(editor)) as screen:
            screen.wait_for(r"(?s)a line is `name: value`.*Edit it again\?")
            screen.press("y\n")
            assert screen.end() == 0, screen.text
            assert "added 'check'" in screen.text
            screen.check()
        below = processes.below(run.pid)
        os.kill(run.pid, signal.SIGKILL)
        run.communicate(timeout=PATIENCE)
        assert processes.all_end(below, PATIENCE) == []
        again = user.start("resume", "s", "--quiet")
        _until(lambda: user.run("tell", "s", "first", "go").code == 0, "somebody to tell")
        out, err = again.communicate(timeout=PATIENCE)
    assert (again.returncode, "{total: 16}" in out) == (0, True), (out, err)
    assert "took out 'extra': too dear" in out
    made = lathe.events("s", "plan_made")
    assert [one.data["revision"] for one in made] == [1, 2, 3]
    assert [one.data["change"]["drop"] for one in made[1:]] == [["extra"], []]
    begun = {one.data["step"] for one in lathe.events("s", "plan_step")}
    assert begun == {"first", "check", "sum"}
    replayed = lathe.run("replay", "s", "--session", "again", "--quiet")
    assert (replayed.code, replayed.err) == (0, ""), replayed
    assert [one.data["revision"] for one in lathe.events("again", "plan_made")] == [1, 2, 3]


_TWICE = """
p = lathe.plan("Fit it", [
    lathe.step("fit", "Fit it.", returns={"r": int}),
    lathe.step("tell", "Tell it.", needs=["fit"], returns={"said": int}),
])
print(p.run())
"""


class Fitter(ModelServer):
    """Makes the same plan for each task; in the second one its step fails twice."""

    failing = 0

    def line(self, index: int, request: dict[str, Any]) -> Line:
        """Give the reply to a request by its words."""
        text = json.dumps(request["messages"])
        if step := re.search(r"Slice: (\w+)", text):
            if step[1] == "tell":
                return Code("lathe.answer({'said': data['fit']['r']})")
            if self.failing and "Fit both" in text:
                self.failing -= 1
                return Refusal(400, "no use of it")
            return Code("lathe.answer({'r': 7})")
        is_done = '"role": "tool"' in text.rpartition('"role": "user"')[2]
        return Text("That is all there is.") if is_done else Code(_TWICE)


@pytest.mark.slow
def test_a_replay_decides_each_plan_as_it_was_decided_then(lathe: Lathe) -> None:
    editor = lathe.write("edit", "#!/bin/sh\nsed -i 's/Fit it/Fit both/' \"$1\"\n")
    editor.chmod(0o755)
    ask = ("-m", MODEL, "--no-memory", "-s", "s")
    with Fitter() as server:
        user = lathe.having(**server.variables)
        # Nobody is asked; the user edits and tries again; they decline; nobody is there.
        assert user.run("ask", "First", *ask, "--quiet").code == 0
        server.failing = 2
        with user.on_terminal("ask", "Second", *ask, "--review-plan", EDITOR=str(editor)) as run:
            run.wait_for(r"Run this plan\?")
            run.press("e\n")
            run.wait_for(r"Fit both(.|\n)*Run this plan\?")
            run.press("y\n")
            run.wait_for(r"no use of it(.|\n)*Try it once more\?")
            run.press("y\n")
            assert run.end() == 0, run.text
            run.check()
        with user.on_terminal("ask", "Third", *ask, "--review-plan") as run:
            run.wait_for(r"Run this plan\?")
            run.press("n\n")
            run.wait_for("Why not")
            run.press("too dear\n")
            run.end()
        user.run("ask", "Fourth", *ask, "--review-plan", "--quiet")
    made = [(one.data["plan"], one.data["decided"]) for one in lathe.events("s", "plan_made")]
    assert made == [(1, "rule"), (2, "edited"), (2, "rule")]
    refused = [one.data["decided"] for one in lathe.events("s", "plan_refused")]
    assert refused == ["user", "nobody"]
    replayed = lathe.run("replay", "s", "--session", "again", "--quiet")
    assert (replayed.code, replayed.err) == (0, ""), replayed
    again = lathe.events("again", "plan_made")
    assert [(one.data["plan"], one.data["decided"]) for one in again] == [
        (1, "user"),
        (2, "edited"),
        (2, "rule"),
    ]
    steps = [one.data for one in lathe.events("again", "plan_step") if one.data["step"] == "fit"]
    assert [(one["plan"], one["state"], one["attempt"]) for one in steps] == [
        (1, "running", 1),
        (1, "complete", 1),
        (2, "running", 1),
        (2, "failed", 1),
        (2, "running", 2),
        (2, "failed", 2),
        (2, "running", 3),
        (2, "complete", 3),
    ]
    assert [one.data["reason"] for one in lathe.events("again", "plan_refused")] == [
        one.data["reason"] for one in lathe.events("s", "plan_refused")
    ]
