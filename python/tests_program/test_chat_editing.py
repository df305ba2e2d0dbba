"""Lines of a chat on a terminal: edited, found again, kept for the project."""

import json

from tests_program.endpoint import MODEL, Code, ModelServer, Text
from tests_program.program import Lathe

_UP, _LEFT, _SEARCH = "\x1b[A", "\x1b[D", "\x12"


def test_lines_are_edited_and_found_again_in_the_next_chat(lathe: Lathe) -> None:
    with ModelServer(then=Text("done")) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("chat", "-m", MODEL, "-s", "s") as run:
            run.wait_for(r"lathe> \r?$")
            run.press(f"sum of salse{_LEFT}\x7f\x05s\n")
            run.wait_for("lathe> sum of sales\n")
            run.wait_for(r"complete[^$]*lathe> $")
            run.press("use key sk-12345 and go\n")
            run.wait_for(r"complete[^$]*lathe> $")
            run.press("half a li\x03")
            run.wait_for(r"\n\rlathe> $")
            run.press("\x04")
            assert run.end() == 0
            run.check()
        kept = (lathe.project / ".lathe" / "sessions" / ".chat-history").read_text()
        assert [json.loads(line) for line in kept.splitlines()] == ["sum of sales"]
        with user.on_terminal("chat", "-m", MODEL, "-s", "s") as run:
            run.wait_for(r"lathe> \r?$")
            run.press(f"{_SEARCH}sum")
            run.wait_for("search “sum”")
            run.press("\n")
            run.wait_for(r"complete[^$]*lathe> $")
            run.press(f"{_UP} again\n")
            run.wait_for(r"complete[^$]*lathe> $")
            run.press("\x04")
            assert run.end() == 0
            run.check()
    tasks = [event.data["task"] for event in lathe.events("s", "task_submitted")]
    assert tasks == [
        "sum of sales",
        "use key sk-12345 and go",
        "sum of sales",
        "sum of sales again",
    ]


def test_keys_pressed_while_a_task_runs_count_when_it_has_ended(lathe: Lathe) -> None:
    slow = Code("import time\ntime.sleep(1)\nlathe.answer('done')")
    with ModelServer(slow, Text("again")) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("chat", "-m", MODEL, "-s", "s") as run:
            run.wait_for(r"lathe> \r?$")
            run.press("one\n")
            run.wait_for("cell 1")
            run.press("two\n\x04")
            assert run.end() == 0
    tasks = [event.data["task"] for event in lathe.events("s", "task_submitted")]
    assert tasks == ["one", "two"]
