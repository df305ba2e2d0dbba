"""Interrupts, kernels that die, a program that is killed, and sessions that are in use."""

import os
import re
import signal
import time

import pytest

from tests_program import processes
from tests_program.demo import Demo
from tests_program.endpoint import MODEL, Code, ModelServer, Silence, Text
from tests_program.program import PATIENCE, Lathe
from tests_program.terminal import TerminalRun

# Tells the test that it runs, and then does not end by itself.
_LONG = "kept = 41\nprint('be' + 'gun', flush=True)\nimport time\ntime.sleep(600)"
# The same, and it does not heed an interrupt. The handler writes by itself: Python's own streams
# must not be entered twice.
_DEAF = """
import os, signal, time
signal.signal(signal.SIGINT, lambda *_: os.write(1, b'deaf\\n'))
print('be' + 'gun', flush=True)
while True: time.sleep(600)
"""


def wait_until(true: object) -> None:
    end = time.monotonic() + 60
    while not (callable(true) and true()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


# --- Ctrl-C ---------------------------------------------------------------------------------------


def test_ctrl_c_stops_a_cell_and_the_session_goes_on(lathe: Lathe) -> None:
    with ModelServer(Code("before = 1"), Code(_LONG), Code("lathe.answer(str(before))")) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("ask", "Work long", "-m", MODEL, "-s", "s") as run:
            run.wait_for("begun")
            below = processes.below(run.process.pid)
            run.press("\x03")
            assert run.end() == 130, run.text
        assert "--session s" in run.text
        assert processes.all_end(below) == []
        assert lathe.outcome("s")["status"] == "cancelled"
        (last,) = lathe.events("s", "cell_finished")[1:]
        assert last.data["status"] == "interrupted"
        assert last.data["stdout"]["head"] == "begun\n"
        done = user.run("ask", "Go on", "-m", MODEL, "-s", "s", "-q")
    assert (done.code, done.out) == (0, "1\n")
    conversation = str(server.requests[2]["messages"])
    assert "Work long" in conversation
    assert "Go on" in conversation


def test_ctrl_c_stops_waiting_for_a_model(lathe: Lathe) -> None:
    with ModelServer(Silence(), Text("Done.")) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("ask", "Say done", "-m", MODEL, "-s", "s") as run:
            wait_until(lambda: server.requests)
            run.press("\x03")
            assert run.end(seconds=20) == 130, run.text
        assert lathe.outcome("s")["status"] == "cancelled"
        assert user.run("ask", "Again", "-m", MODEL, "-s", "s", "-q").out == "Done.\n"


def test_the_second_ctrl_c_kills_at_once(lathe: Lathe) -> None:
    with ModelServer(Code(_DEAF)) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("ask", "Work long", "-m", MODEL, "-s", "s") as run:
            run.wait_for("begun")
            below = processes.below(run.process.pid)
            run.press("\x03")
            run.wait_for("deaf")
            run.press("\x03")
            assert run.end() == 130, run.text
    # Killed before the work could be closed.
    assert lathe.events("s", "task_finished") == []
    assert processes.all_end(below) == []
    assert lathe.run("sessions", "list").code == 0


def test_a_cell_that_is_deaf_ends_all_the_same(lathe: Lathe) -> None:
    with ModelServer(Code(_DEAF)) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("ask", "Work long", "-m", MODEL, "-s", "s") as run:
            run.wait_for("begun")
            run.press("\x03")
            assert run.end() == 130, run.text
    assert lathe.outcome("s")["status"] == "cancelled"


def test_an_interrupt_reaches_a_cell_of_the_users_own(lathe: Lathe) -> None:
    process = lathe.start("exec", "-s", "s", _LONG)
    wait_until(lambda: processes.kernels_below(process.pid)[1:])
    wait_until(lambda: lathe.events("s", "cell_started"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert out in ("", "begun\n")
    assert "--session s" in err


# --- kernels that die -----------------------------------------------------------------------------


def test_a_cell_that_kills_its_kernel_is_told_to_the_model(lathe: Lathe) -> None:
    lathe.write("sales.csv", "amount\n3\n4\n")
    script = [
        Code("kept = 1"),
        Code("lost = 1\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
        Code("lathe.answer(f'{sales.amount.sum()} {kept} {\"lost\" in globals()}')"),
    ]
    with ModelServer(*script) as server:
        done = lathe.having(**server.variables).run(
            "ask", "Go", "-m", MODEL, "-s", "s", "-q", "-d", "sales.csv"
        )
    assert (done.code, done.out) == (0, "7 1 False\n")
    told = str(server.requests[2]["messages"])
    assert "checkpoint" in told
    died = lathe.events("s", "cell_finished")[1]
    assert died.data["status"] == "died"
    assert "SIGKILL" in died.data["failure"]["message"] or "kill" in died.data["failure"]["message"]


def test_a_cell_that_always_kills_its_kernel_ends_the_task(lathe: Lathe) -> None:
    with ModelServer(*[Code(f"import os\nos._exit({i})") for i in range(3, 13)]) as server:
        done = lathe.having(**server.variables).run("ask", "Go", "-m", MODEL, "-s", "s", "-q")
    assert done.code in (1, 3)
    assert "died" in done.err
    assert done.out == ""


def test_a_template_that_dies_while_a_session_starts_is_a_clear_error(demo: Demo) -> None:
    process = demo.lathe.start("exec", "-s", "dead-start", "1", "-d", "flights.csv")
    wait_until(lambda: processes.kernels_below(process.pid))
    for victim in processes.kernels_below(process.pid):
        os.kill(victim[0], signal.SIGKILL)
    out, err = process.communicate(timeout=PATIENCE)
    if process.returncode == 0:
        # The template was ready already: another took its place.
        assert (out, err) == ("1\n", "")
    else:
        assert (process.returncode, out) == (1, "")
        assert err.startswith("lathe: ")
        assert err.count("\n") == 1, err
    assert processes.below(process.pid) == []
    assert demo.lathe.run("exec", "-s", "dead-start", "1").out == "1\n"


@pytest.mark.parametrize("which", ["session", "template"])
def test_a_kernel_that_dies_while_a_chat_is_idle_is_replaced_without_a_loss(
    lathe: Lathe, which: str
) -> None:
    again = "lathe.answer(f'second answer {\"first\" in globals()}')"
    script = [Code("first = 1\nlathe.answer('first answer')"), Code(again), Code(again)]
    with ModelServer(*script) as server:
        user = lathe.having(**server.variables)
        with user.on_terminal("chat", "-m", MODEL, "-s", "c") as run:
            run.wait_for("lathe> ")
            run.press("one\n")
            run.wait_for("first answer")
            run.wait_for(r"complete[^$]*lathe> $")
            # The template is the oldest, then comes the session's; more may be waiting for work.
            kernels = sorted(processes.kernels_below(run.process.pid), key=lambda each: each[0])
            victim = kernels[0 if which == "template" else 1]
            os.kill(victim[0], signal.SIGKILL)
            assert processes.all_end([victim]) == []
            run.press("two\n")
            run.wait_for("second answer True")
            explained(run)
            run.press("\x04")
            run.end()
    ended = lathe.outcome("c")
    assert (ended["status"], ended["answer"]) == ("complete", "second answer True")
    (replaced,) = lathe.events("c", "kernel_replaced")
    assert replaced.data["undone"] == []
    kept = lathe.run("exec", "-s", "c", "'first' in globals()")
    assert (kept.code, kept.out) == (0, "True\n")


def explained(run: TerminalRun) -> None:
    """The screen says that something died."""
    assert "died" in run.text or "ended" in run.text, run.text


# --- a program that is killed, sessions in use ----------------------------------------------------


def test_a_killed_program_leaves_no_process_and_a_whole_session(lathe: Lathe) -> None:
    lathe.write("sales.csv", "amount\n3\n4\n")
    first = Code("total = int(sales.amount.sum())\nprint('total', total)")
    with ModelServer(first, Code(_LONG), Code("lathe.answer(f'again {total}')")) as server:
        user = lathe.having(**server.variables)
        process = user.start("ask", "Add up", "-m", MODEL, "-s", "s", "-d", "sales.csv")
        wait_until(
            lambda: len(lathe.events("s", "cell_started")) == 2 if server.requests[1:] else 0
        )
        wait_until(lambda: len(lathe.events("s", "memory_saved")))
        below = processes.below(process.pid)
        assert {processes.name(each) for each in below} >= {"bwrap", "lathe-kernel"}
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
        assert processes.all_end(below) == []
        done = user.run("ask", "Go on", "-m", MODEL, "-s", "s")
    assert done.code == 0, done
    assert "again 7" in done.out
    assert "memory restored as after cell 1" in done.out
    assert re.search(r"(?i)not run again.*cells? 2", done.out), done.out


def test_a_session_is_open_once(lathe: Lathe) -> None:
    process = lathe.start("exec", "-s", "s", _LONG)
    wait_until(lambda: processes.kernels_below(process.pid)[1:])
    second = lathe.run("exec", "-s", "s", "1")
    assert (second.code, second.out) == (1, "")
    assert second.err.count("\n") == 1
    assert f"in use by lathe process {process.pid}" in second.err
    refused = lathe.run("sessions", "delete", "s", "--yes")
    assert refused.code == 1
    assert str(process.pid) in refused.err
    assert lathe.run("sessions", "show", "s").code == 0, "looking is allowed"
    assert lathe.run("exec", "-s", "other", "1").out == "1\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert lathe.run("exec", "-s", "s", "2").out == "2\n"
