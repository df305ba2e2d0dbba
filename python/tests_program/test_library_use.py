"""What is made of a capability: counted once, added up, and demoted when it fails too often."""

import sqlite3
from contextlib import closing

import pytest

from tests_program.endpoint import MODEL, Code, ModelServer, Text
from tests_program.killing import killed_when
from tests_program.pasts import Pasts
from tests_program.program import Lathe, requests

_SAVE = '''
def invert_number(x: float) -> float:
    """Return one divided by a number.

    >>> invert_number(4)
    0.25
    """
    return 1 / x

invert_number(2)
lathe.save_function(invert_number)
'''
_USE = "from lathe.capabilities import invert_number as kept\nkept({})"
_FAIL = "from lathe.capabilities import invert_number\ninvert_number(0)"


@pytest.fixture
def approved(pasts: Pasts) -> Lathe:
    """A user with one approved function."""
    return pasts.user("approved", _approve)


def _approve(lathe: Lathe) -> None:
    assert lathe.run("exec", "-s", "s", _SAVE).code == 0
    assert lathe.run("library", "approve", "invert_number").code == 0


def _added_up(lathe: Lathe) -> list[tuple[str, int, int]]:
    """Session, calls and failures of each use that the library knows of."""
    with closing(sqlite3.connect(lathe.project / ".lathe/library.db")) as library:
        return library.execute("SELECT session, calls, failures FROM use ORDER BY id").fetchall()


@pytest.mark.slow
def test_uses_are_added_up_once_however_a_session_goes_on(approved: Lathe) -> None:
    assert approved.run("exec", "-s", "t", _USE.format(5)).out == "0.2\n"
    (cell,) = approved.events("t", "cell_finished")
    (used,) = cell.data["used"]
    (given,) = approved.events("t", "capability_used")
    assert (used["name"], used["calls"], used["failures"]) == ("invert_number", 1, 0)
    assert used["sha256"] == given.data["sha256"]
    assert _added_up(approved) == [("t", 1, 0)]
    shown = approved.run("library", "show", "invert_number").out
    assert "approved, used in 1 session" in shown
    # From the saved memory, and where its cells are run again: only what is new counts.
    assert approved.run("exec", "-s", "t", "[kept(x) for x in (1, 2)]").code == 0
    approved.write("lathe.json", '{"memory": {"save": false}}')
    assert approved.run("exec", "-s", "rebuilt", _USE.format(5)).code == 0
    assert approved.run("exec", "-s", "rebuilt", "kept(10)").out == "0.1\n"
    known = [("t", 1, 0), ("t", 2, 0), ("rebuilt", 1, 0), ("rebuilt", 1, 0)]
    assert _added_up(approved) == known
    assert approved.run("replay", "rebuilt").code == 0
    assert approved.run("exec", "-s", "rebuilt", "1").code == 0
    assert _added_up(approved) == known
    # A library that takes nothing is told; what it missed is added when it does again.
    file = approved.project / ".lathe/library.db"
    whole = file.read_bytes()
    file.write_bytes(b"garbage" * 1000)
    missed = approved.run("exec", "-s", "t", "kept(4)")
    assert missed.out == "0.25\n"
    assert "not added up at present" in missed.err
    file.write_bytes(whole)
    assert approved.run("exec", "-s", "t", "1").out == "1\n"
    assert _added_up(approved) == [*known, ("t", 1, 0)]


@pytest.mark.slow
def test_what_fails_in_one_session_after_another_is_demoted_and_told(approved: Lathe) -> None:
    approved.write("lathe.json", '{"library": {"demote": {"share": 2}}}')
    assert "library.demote.share must be" in approved.run("library", "list").err
    approved.write("lathe.json", '{"library": {"demote": false}}')
    for session in ("a", "b", "c"):
        assert approved.run("exec", "-s", session, _FAIL).code == 1
    assert "demoted" not in approved.run("library", "list").out
    # The one that tips it is killed in its cell, and counts once when that runs again.
    approved.write("lathe.json", "{}")
    waiting = (
        "import pathlib, time\nfrom lathe.capabilities import invert_number\n"
        "try: invert_number(0)\nexcept ZeroDivisionError: print('caught')\n"
        "while not pathlib.Path('go').exists(): time.sleep(0.02)"
    )
    with ModelServer(Code(waiting), Text("It cannot be used.")) as server:
        user = approved.having(**server.variables)
        killed_when(user, "d", "capability_used", 1, "ask", "Try", "-m", MODEL, "-s", "d", "-q")
        (approved.session("d") / "work/session/go").touch()
        done = user.run("resume", "d")
    assert done.code == 0, done
    said = "The function invert_number was demoted: 4 of 4 calls failed (ZeroDivisionError) in the"
    assert f"warning: {said}" in done.out
    assert [row[0] for row in _added_up(approved)] == ["a", "b", "c", "d"]
    (demoted,) = approved.outcome("d")["demoted"]
    assert demoted["name"] == "invert_number"
    assert said in requests(approved.events("d"))[-1]["state"]
    refused = approved.run("exec", "-s", "e", _FAIL)
    assert "cannot be used (demoted): it was demoted: 4 of 4 calls failed" in refused.err
    file = approved.project / "generated-capabilities/functions/invert_number.py"
    assert '# status = "demoted"' in file.read_text()
    assert "demoted" in approved.run("library", "history", "invert_number").out
    listed = approved.run("library", "list").out
    assert "(demoted, used in 4 sessions, 100 % failed)" in listed
    with approved.on_terminal("library", "stats", "functions/invert_number") as terminal:
        assert terminal.end() == 0
        (row,) = [one for one in terminal.text.splitlines() if one.startswith("invert_number  1")]
    assert row.split()[2:9] == ["demoted", "0", "of", "4", "4", "100", "%"]
    assert "invert_number 1 demoted: ZeroDivisionError 4" in terminal.text
    (rows,) = approved.run("library", "stats", "--json").json_lines()
    assert [(one["name"], one["calls"], one["helped"]) for one in rows] == [("invert_number", 4, 0)]
    unknown = approved.run("library", "stats", "invert_numbers")
    assert unknown.code == 1
    assert "there is no capability 'invert_numbers'" in unknown.err
    # A person brings it back, and the count begins anew.
    assert approved.run("library", "approve", "invert_number").code == 0
    assert "ZeroDivisionError" in approved.run("exec", "-s", "e", _FAIL).err
    assert approved.run("exec", "-s", "f", _USE.format(5)).out == "0.2\n"
