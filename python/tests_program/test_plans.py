"""Plans as a user has them: killed in the middle, gone on with, replayed, and seen first."""

import json
import re
from typing import Any

from tests_program.endpoint import MODEL, Code, Line, ModelServer, Text
from tests_program.killing import killed_when
from tests_program.program import Lathe

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
_SAID = {
    "left": "lathe.answer({'v': [int(one) for one in data['v'] if one > 1]})",
    "right": "lathe.answer({'n': len(data)})",
    "sum": "lathe.answer({'total': sum(data['left']['v']) + data['right']['n']})",
}


class Planner(ModelServer):
    """Plans, and works as each step by its task, in whatever order they ask."""

    def line(self, index: int, request: dict[str, Any]) -> Line:
        """Give the reply to a request by its words."""
        text = json.dumps(request["messages"])
        if step := re.search(r"Slice: (\w+)", text):
            return Code(_SAID[step[1]])
        if "LatheError" in text:
            return Text("There is no plan, so there is no sum.")
        return Code(_PLAN)


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
        piped = user.run(*ask, "p")
        assert "no terminal to ask on" in lathe.events("p", "plan_refused")[0].data["reason"], piped
    replayed = lathe.run("replay", "s", "--session", "again", "--quiet")
    assert (replayed.code, replayed.err) == (0, ""), replayed
    (again,) = lathe.events("again", "plan_made")
    assert again.data["edited"] == made.data["edited"]
