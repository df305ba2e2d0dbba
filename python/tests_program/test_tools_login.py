"""`lathe tools login`: from the refusal of a call to the end of the login, as a user goes."""

import json
import re
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path

import pytest

from tests_program.program import PATIENCE, ROOT, Lathe

# Looks for what begins as tokens do through all memory of the kernel that called, and whether that
# can be read at all.
_CALL = """
import os, re
from lathe.tools.g import secret
print(secret())
mark = "to be " + str(len("found"))
found, seen = set(), False
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        if " rw" not in line: continue
        first, last = (int(end, 16) for end in line.split()[0].split("-"))
        try:
            memory.seek(first)
            part = memory.read(last - first)
        except (OSError, ValueError, OverflowError): continue
        found |= set(re.findall(rb"(?:access|refresh)-[0-9a-f]{32}", part))
        seen = seen or mark.encode() in part
print(sorted(found))
print(seen)
"""


@pytest.fixture
def address(tmp_path: Path) -> Generator[str]:
    """A server that an authorization server guards."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    servers = ROOT / "python" / "tests" / "servers"
    process = subprocess.Popen(
        [sys.executable, servers / "sooner.py", servers / "guarded.py", str(port), str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < until
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        process.wait()


def test_a_user_logs_in_calls_and_logs_out(lathe: Lathe, address: str) -> None:
    assert lathe.run("tools", "add", "g", address).code == 0
    refused = lathe.run("tools", "call", "g/secret")
    assert (refused.code, "lathe tools login g" in refused.err) == (1, True)
    login = lathe.start("tools", "login", "g", "--json")
    assert login.stderr is not None
    told = ""
    for line in login.stderr:
        told += line
        if found := re.match(r"http://127\.0\.0\.1\S+/authorize\?\S+$", line):
            with urllib.request.urlopen(found[0].strip(), timeout=PATIENCE) as page:
                assert page.status == 200
            break
    out, err = login.communicate(timeout=PATIENCE)
    assert (login.returncode, json.loads(out)) == (0, {"logged_in": True, "server": "g"}), (
        told,
        err,
    )
    called = lathe.run("tools", "call", "g/secret")
    assert (called.code, json.loads(called.out)) == (0, {"result": "xyzzy"})
    # What a server tells who has logged in may be theirs.
    settings = lathe.home / "config" / "lathe"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "lathe.json").write_text(json.dumps({"tools": {"allow": ["g/*"]}}))
    assert lathe.run("exec", "--session=a", _CALL).out == "xyzzy\n[]\nTrue\n"
    (exposed,) = lathe.events("a", "exposed")
    assert exposed.data["kinds"] == ["private", "untrusted"]
    (kept,) = (lathe.home / ".local/state/lathe/logins").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    token = json.loads(kept.read_text())["tokens"]["access_token"]
    for folder in (lathe.project, lathe.home):
        for file in folder.rglob("*"):
            assert file == kept or not file.is_file() or token.encode() not in file.read_bytes()
    assert lathe.run("tools", "logout", "g").code == 0
    assert not kept.exists()
    assert lathe.run("tools", "call", "g/secret").code == 1
    (lathe.project / "tools").mkdir()
    (lathe.project / "tools" / "own.py").write_text(
        'def f() -> int:\n    """One."""\n    return 1\n'
    )
    assert lathe.run("tools", "allow", "own", "--yes").code == 0
    program = lathe.run("tools", "login", "own")
    assert (program.code, "only a server at an address" in program.err) == (1, True)
