"""Machines that lack layers of confinement, and runs without a sandbox."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests_program.program import Done, Lathe

_SECRET = "swordfish"


@pytest.fixture
def reachable(lathe: Lathe) -> Lathe:
    """The same user; without a sandbox kernels of root run as another, who must get there."""
    folder = lathe.project
    while (
        folder != folder.parent and folder.stat().st_uid == os.getuid() and folder != Path("/tmp")
    ):
        folder.chmod(folder.stat().st_mode | 0o055)
        folder = folder.parent
    lathe.write("secret", _SECRET).chmod(0o600 if os.getuid() != 0 else 0o644)
    return lathe


def _said(done: Done) -> str:
    return done.out + done.err


def test_without_namespaces_nothing_runs_and_the_mend_is_told(lathe: Lathe) -> None:
    poor = lathe.without("namespaces").having(LATHE_SANDBOX="none", SANDBOX="none")
    done = poor.run("exec", "--session", "one", "open('ran', 'w')")
    assert done.code == 1
    assert "user.max_user_namespaces" in done.err
    assert "--sandbox none" in done.err
    assert not list(lathe.project.rglob("ran"))
    doctor = poor.run("doctor")
    assert doctor.code == 1
    assert "✗ sandbox: namespaces" in doctor.out


def test_only_the_command_line_can_go_without(lathe: Lathe) -> None:
    lathe.write("lathe.json", '{"sandbox": "none"}')
    done = lathe.run("exec", "--session", "one", "1")
    assert done.code == 2
    assert "'sandbox' is not a setting" in done.err
    lathe.write("lathe.json", "{}")
    other = lathe.run("exec", "--session", "one", "--sandbox", "docker", "1")
    assert (other.code, other.out) == (2, "")
    assert "--sandbox takes only none" in other.err


@pytest.mark.parametrize("layers", [(), ("namespaces",)])
def test_without_a_sandbox_kernels_are_still_confined(
    reachable: Lathe, layers: tuple[str, ...]
) -> None:
    lathe = reachable.without(*layers) if layers else reachable
    data = lathe.write("data.csv", "a,b\n1,2\n")
    data.chmod(0o644)
    code = f"""
import os, socket, subprocess, threading
tried = {{}}
for name, attempt in {{
    "read": lambda: open({str(lathe.project / "secret")!r}).read(),
    "write": lambda: open({str(lathe.project / "planted")!r}, "w"),
    "network": lambda: socket.socket(),
    "parent": lambda: open(f"/proc/{{os.getppid()}}/environ").read(),
    "raise": lambda: __import__("resource").setrlimit(7, (1 << 20, 1 << 20)),
}}.items():
    try:
        attempt(); tried[name] = "done"
    except Exception as error:
        tried[name] = type(error).__name__
open("mine", "w").write("kept")
print(tried, data.shape, sorted(os.environ.get("HOME", "")[-12:]) != [], os.getuid() != 0)
print(subprocess.run(["/bin/echo", "started"], capture_output=True, text=True).stdout)
"""
    done = lathe.run("exec", "--session", "one", "--sandbox", "none", "--data", str(data), code)
    assert done.code == 0, _said(done)
    assert "'read': 'PermissionError', 'write': 'PermissionError'" in done.out
    assert "'network': 'PermissionError', 'parent': 'PermissionError'" in done.out
    assert "'raise': 'ValueError'} (1, 2) True True" in done.out
    assert "started" in done.out
    assert "No sandbox, as asked for" in done.err
    (opened,) = lathe.events("one", "session_opened")
    assert opened.data["sandbox"][0] == "none"
    assert any(one.startswith("no sandbox: lost is that") for one in opened.data["sandbox"])
    assert (lathe.session("one") / "work" / "session" / "mine").read_text() == "kept"
    assert not (lathe.session("one") / "tmp").exists()
    again = reachable.run("exec", "--session", "one", "--sandbox", "none", "6 * 7")
    assert again.code == 0 and "42" in again.out, _said(again)


def test_without_any_layer_what_is_lost_is_said(reachable: Lathe) -> None:
    poor = reachable.without("namespaces", "landlock", "seccomp")
    code = f"print(open({str(reachable.project / 'secret')!r}).read())"
    done = poor.run("exec", "--session", "one", "--sandbox", "none", code)
    assert done.code == 0, _said(done)
    assert _SECRET in done.out
    for name in ("sandbox", "landlock", "landlock-scopes", "seccomp"):
        assert f"{name} (" in done.err
    doctor = poor.run("doctor", "--sandbox", "none")
    assert doctor.code == 0, _said(doctor)
    assert "⚠ sandbox: landlock" in doctor.out and "⚠ sandbox: seccomp" in doctor.out


def test_a_sandbox_without_landlock_runs_and_says_what_is_lost(lathe: Lathe) -> None:
    poor = lathe.without("landlock")
    done = poor.run("exec", "--session", "one", "6 * 7")
    assert done.code == 0 and "42" in done.out, _said(done)
    assert "Not guaranteed: landlock (kernels of one session cannot reach" in done.err
    (opened,) = lathe.events("one", "session_opened")
    assert "namespaces" in opened.data["sandbox"]
    assert any(one.startswith("no landlock: lost is that") for one in opened.data["sandbox"])
    doctor = poor.run("doctor")
    assert doctor.code == 0
    assert "⚠ sandbox: landlock" in doctor.out


def test_a_sandbox_without_the_filter_refuses(lathe: Lathe) -> None:
    done = lathe.without("seccomp").run("exec", "--session", "one", "6 * 7")
    assert done.code == 1
    assert "42" not in done.out
    assert "filtering system calls" in done.err


def test_the_end_of_a_task_says_that_there_was_no_sandbox(reachable: Lathe) -> None:
    call = {"id": "call_1", "name": "python", "code": "lathe.answer(str(6 * 7))"}
    usage = {"input": 1, "output": 1, "cacheRead": 0, "cacheWrite": 0, "isEstimated": False}
    reply = {"calls": [call], "text": "", "model": "by-hand", "stop": "toolUse", "usage": usage}
    head: dict[str, Any] = {
        "recording": 1,
        "session": "one",
        "model": "by-hand",
        "task": "add",
        "inputs": [],
    }
    turn: dict[str, Any] = {
        "place": "coordinator",
        "turn": 1,
        "reply": {**reply, "cost": {"unknown": {}}},
    }
    lines = f"{json.dumps(head)}\n{json.dumps(turn)}\n"
    recording = reachable.write("answers.jsonl", lines)
    done = reachable.run("replay", str(recording), "--session", "one", "--sandbox", "none")
    assert "NO SANDBOX" in done.out.splitlines()[0], _said(done)
    assert "none: code ran with your rights" in done.out
    confined = reachable.run("replay", str(recording), "--session", "two")
    assert "SANDBOX" not in _said(confined) and "your rights" not in _said(confined)
