"""Another terminal looks on at a run and steps in: `lathe watch`, `lathe tell`, `lathe control`."""

import json
import os
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests_program.endpoint import MODEL, Code, ModelServer, Silence, Text
from tests_program.program import PATIENCE, Lathe

# Waits in its cell until it is let go, by a file that only the test makes.
_WAITING = """
import pathlib, time
while not pathlib.Path("go").exists(): time.sleep(0.02)
"""
_SHOP = '''"""What the shop sells."""


def sell(item: str) -> str:
    """Sell something."""
    return f"sold {item}"
'''
_SELL = "from lathe.tools.shop import sell\nprint(sell('tea'))\nprint(sell('milk'))"
# Sells coffee as soon as there is somebody to ask: until then each try is refused.
_HEARD = f"""
from lathe.tools.shop import sell
for _ in range({PATIENCE} * 5):
    try:
        print(sell("coffee"))
        break
    except lathe.LatheError as error:
        assert "nobody to ask" in str(error), error
        time.sleep(0.2)
"""
_DELEGATING = """
agent = lathe.agent(name="slow", instructions="Think.")
outcome = lathe.delegate(agent, "think", label="UA", required=False).outcome()
lathe.answer(f"{outcome.status}: {outcome.reason}")
"""


def _until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def _stepped(lathe: Lathe, action: str) -> bool:
    return any(event.data["action"] == action for event in lathe.events("s", "stepped_in"))


def _wait_for(lathe: Lathe, kind: str, count: int = 1) -> None:
    _until(lambda: len(lathe.events("s", kind)) >= count, f"{count} {kind}")


def test_a_run_is_paused_told_and_given_another_budget_while_it_is_watched(lathe: Lathe) -> None:
    with ModelServer(Code(_WAITING), Text("Without 2012.")) as server:
        user = lathe.having(**server.variables)
        run = user.start("ask", "Wait for it", "-m", MODEL, "-s", "s")
        _wait_for(user, "cell_started")
        watching = user.start("watch", "s")
        control = user.session("s") / "control"
        assert stat.S_IMODE(control.stat().st_mode) == 0o600
        paused = user.run("control", "pause", "s")
        assert (paused.code, "coordinator is paused" in paused.out) == (0, True), paused
        told = user.run("tell", "s", "coordinator", "Leave out 2012.\x1b[2J", "--json")
        assert told.json_lines()[0]["done"].startswith("user:1 is told to coordinator")
        tight = user.run("control", "budget", "s", "--budget-tokens", "1")
        assert (tight.code, "are used or set aside" in tight.err) == (5, True), tight
        assert user.run("control", "budget", "s", "--budget-tokens", "500k").code == 0
        nobody = user.run("control", "cancel", "s", "UA")
        assert (nobody.code, "nobody goes by 'UA'" in nobody.err) == (2, True), nobody
        _refuses_what_is_no_request(control)
        taking = user.start("control", "cell", "s", "print('by hand\x1b[2J', 6 * 7)")
        _until(lambda: _stepped(user, "cell"), "a cell that is wanted")
        (user.session("s") / "work" / "session" / "go").touch()
        printed, _ = taking.communicate(timeout=PATIENCE)
        assert (taking.returncode, "cell 2 of coordinator: ok\nby hand" in printed) == (0, True)
        assert "\x1b" not in printed
        failed = user.run("control", "cell", "s", "1 / 0", "--json")
        assert (failed.code, failed.json_lines()[0]["cell"]) == (1, "error"), failed
        assert user.run("control", "continue", "s", "coordinator").code == 0
        out, _ = run.communicate(timeout=PATIENCE)
        seen, _ = watching.communicate(timeout=PATIENCE)
    assert (run.returncode, "Without 2012." in out) == (0, True), out
    steps = {event.data["action"]: event for event in user.events("s", "stepped_in")}
    assert set(steps) == {"pause", "tell", "budget", "cell", "continue"}
    cells = [event.data["author"] for event in user.events("s", "cell_started")]
    assert cells == ["model", "owner", "owner"]
    second = user.events("s", "turn_started")[1]
    assert second.sequence > steps["continue"].sequence
    assert "The user ran cell 2:" in json.dumps(second.data)
    assert "The user says to you:\nLeave out 2012." in json.dumps(second.data).replace("\\n", "\n")
    assert second.data["reserved"]["tokens"] > 0
    assert watching.returncode == 0
    for line in (
        "user important note to coordinator: Leave out 2012.",
        "paused coordinator",
        "wants a cell run in coordinator",
        "complete",
    ):
        assert line in seen, seen
    assert "\x1b" not in seen
    assert not control.exists()


def _refuses_what_is_no_request(control: Path) -> None:
    lines = [b"{", b'{"do": "obey"}', b'{"do": "tell"}', b'{"do": "pause", "do": "cancel"}']
    folder = os.open(control.parent, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as connection:
        # A path of its own, since a socket's may have 107 bytes.
        connection.connect(f"/proc/self/fd/{folder}/{control.name}")
        os.close(folder)
        with connection.makefile("rwb") as wire:
            for line in lines:
                wire.write(line + b"\n")
                wire.flush()
                assert json.loads(wire.readline())["refused"] == "invalid"
            # A line without an end is no request either: the connection ends.
            with suppress(OSError):
                wire.write(b"x" * 200_000)
                wire.flush()
                assert wire.readline() == b""


def test_a_subtask_is_cancelled_from_elsewhere_and_a_run_that_ended_is_said_to_have(
    lathe: Lathe,
) -> None:
    with ModelServer(Code(_DELEGATING), Silence()) as server:
        user = lathe.having(**server.variables)
        run = user.start("ask", "Delegate it", "-m", MODEL, "-s", "s", "--quiet")
        _until(
            lambda: [e for e in user.events("s", "turn_started") if e.place == "coordinator/UA"],
            "a turn of UA",
        )
        with user.on_terminal("watch", "s", columns=80, rows=24) as screen:
            screen.wait_for("Enter: step in")
            screen.press("\n")
            screen.wait_for(r"step in \(Enter for nothing\): ")
            screen.press("pause UA\n")
            screen.wait_for("coordinator/UA is paused")
            # Blind, in one line; what cannot be done is said.
            screen.press("kill UA\n")
            screen.wait_for("not done: say tell, pause, continue")
            screen.check()
            screen.press("\x03")
            assert screen.end() == 0, screen.text
        assert user.run("control", "cancel", "s", "UA").code == 0
        out, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode, out) == (0, "cancelled: stopped\n"), err
    late = user.run("tell", "s", "UA", "Are you there?")
    assert (late.code, "no lathe has session s open" in late.err) == (1, True), late
    # A session that has ended is shown as it was, and the watching ends.
    events = user.run("watch", "s", "--json").json_lines()
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    with user.on_terminal("watch", "s", columns=80, rows=24) as screen:
        assert screen.end() == 0
        assert "⚠ UA" in screen.text
        assert "ended" in screen.text
        screen.check()


def test_who_answers_a_question_about_a_tool_first_has_answered(lathe: Lathe) -> None:
    lathe.write("tools/shop.py", _SHOP)
    assert lathe.run("tools", "allow", "shop", "--yes").code == 0
    with lathe.on_terminal("exec", "--session=s", _SELL) as run:
        run.wait_for(r"Allow it\? .*no: ")
        allowed = lathe.run("control", "allow", "s", "1")
        assert (allowed.code, allowed.out) == (0, "question 1: once\n"), allowed
        run.wait_for("answered from elsewhere")
        run.wait_for(r"(?s)answered from elsewhere.*Allow it\? .*no: ")
        again = lathe.run("control", "deny", "s", "1")
        assert (again.code, "does not wait" in again.err) == (5, True), again
        run.press("y\n")
        assert run.end() == 0
    answers = [event.data["answer"] for event in lathe.events("s", "tool_decided")]
    assert answers == ["once", "once"]
    assert [event.data["question"] for event in lathe.events("s", "question_asked")] == [1, 2]
    assert [event.data["action"] for event in lathe.events("s", "stepped_in")] == ["allow"]


def test_a_run_without_a_terminal_asks_whoever_watches_as_long_as_they_do(lathe: Lathe) -> None:
    lathe.write("tools/shop.py", _SHOP)
    assert lathe.run("tools", "allow", "shop", "--yes").code == 0
    lathe.run("exec", "--session=s", "1")
    code = f"{_WAITING}\n{_HEARD}\n{_SELL}"
    run = lathe.start("exec", "--session=s", code)
    _wait_for(lathe, "cell_started", 2)
    # One that looks on from before the run takes requests is heard from then on.
    control = lathe.session("s") / "control"
    away = control.rename(control.with_name("not-yet"))
    with lathe.on_terminal("watch", "s") as screen:
        screen.wait_for("s  no task yet")
        away.rename(control)
        (lathe.session("s") / "work" / "session" / "go").touch()
        for number in (1, 2):
            screen.wait_for(f"question {number}")
            assert lathe.run("control", "allow", "s", str(number)).code == 0
        screen.wait_for("question 3")
        screen.press("\x03")
        assert screen.end() == 0
        screen.check()
    out, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode, "sold tea" in out) == (1, True), err
    assert "there is nobody to ask" in err
    answers = [event.data["answer"] for event in lathe.events("s", "tool_decided")]
    assert answers[answers.index("once") :] == ["once", "once", "nobody"]
