"""Code calls tools of servers that break the rules: each fault is an exception, and it goes on."""

import json
import sys

from tests_program.program import ROOT, Lathe

_SERVERS = ROOT / "python" / "tests" / "servers"
_FAULTS = ("exits", "killed", "floods", "garbage", "hangs", "changes", "duplicate", "usual")
_REASONS = {
    "exits": "LatheError: exits: the server ended with exit code 3; it said last: about to go",
    "killed": "LatheError: killed: the server ended by signal SIGKILL",
    "floods": "LatheError: floods: it was ended: it sent a message of more than 32 MiB",
    "garbage": "LatheError: garbage: it sent what is no message of JSON-RPC, and was ended",
    "missing": "AttributeError: missing: there is no program 'no-such-server-program' on its PATH",
    "hangs": "TimeoutError: subtask hangs/do is still running; wait longer or `cancel()` it.",
    "changed": "LatheError: changes: the tool do is no longer what it was",
    "asks": "ToolError: asks.greet: Error executing tool greet",
}
_CELL = """
def said(call):
    try:
        return call().split()[0]
    except (lathe.LatheError, AttributeError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"

for name in ("exits", "killed", "floods", "garbage"):
    server = getattr(lathe.tools, name)
    print(name, "|", said(server.do))
    print(name, "again |", "there" if dir(server) == ["do"] else dir(server))
print("missing |", said(lambda: lathe.tools.missing.do()))
hanging = lathe.tools.hangs.do.later()
print("hangs |", said(lambda: hanging.result(timeout=0.2)), "|", hanging.cancel())
print("duplicate |", dir(lathe.tools.duplicate), said(lathe.tools.duplicate.do))
print("changes |", said(lathe.tools.changes.do))
print("changed |", said(lathe.tools.changes.do))
print("asks |", said(lathe.tools.asks.greet))
print("usual |", said(lathe.tools.usual.do))
"""


def test_each_fault_of_a_server_is_an_exception_in_code_and_the_session_goes_on(
    lathe: Lathe,
) -> None:
    settings = lathe.home / "config" / "lathe"
    settings.mkdir(parents=True)
    servers = {
        name: {"command": sys.executable, "args": [str(_SERVERS / "faulty.py"), name]}
        for name in _FAULTS
    }
    made = [str(_SERVERS / "sooner.py"), str(_SERVERS / "shapes.py")]
    servers["asks"] = {"command": sys.executable, "args": made}
    servers["missing"] = {"command": "no-such-server-program", "args": []}
    (settings / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    rules = {"tools": {"allow": ["*/*"], "allowExposed": ["*/*"]}}
    (settings / "lathe.json").write_text(json.dumps(rules))
    done = lathe.run("exec", "--session=a", _CELL)
    assert done.code == 0, done
    told = dict(line.split(" | ", 1) for line in done.out.splitlines())
    for name, reason in _REASONS.items():
        assert reason in told.pop(name), name
    assert told == {
        **dict.fromkeys(("exits again", "killed again", "floods again", "garbage again"), "there"),
        "duplicate": "['do', 'x'] done",
        "changes": "done",
        "usual": "done",
    }
    assert "Nobody can answer here, so it is declined." in done.err
    used = [event.data for event in lathe.events("a", "tool_used")]
    # What was never sent is not among them: the tool that changed, the server that is not there.
    outcomes = {use["server"]: (use.get("failure", ""), use["isError"]) for use in used}
    assert outcomes == {
        "exits": ("ended", True),
        "killed": ("ended", True),
        "floods": ("flooded", True),
        "garbage": ("invalid", True),
        "hangs": ("cancelled", True),
        "duplicate": ("", False),
        "changes": ("", False),
        "asks": ("", True),
        "usual": ("", False),
    }
