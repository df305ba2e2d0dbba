"""The life of a capability through the commands: proposed, decided, checked."""

import subprocess
from pathlib import Path

import pytest

from tests_program.pasts import Pasts
from tests_program.program import Done, Lathe

_SAVE = '''
def double_number(x: int) -> int:
    """Return twice a number.

    >>> double_number(2)
    4
    """
    return 2 * x

double_number(3)
lathe.save_function(double_number)
'''
_ANOTHER = (
    _SAVE.replace("2 * x", "2 * x + 100")
    .replace("    4\n", "    104\n")
    .replace("(double_number)", "(double_number, breaks={'test_recorded_1': 'it adds now'})")
)
_UNAPPROVED = 7


@pytest.fixture
def saved(pasts: Pasts) -> Lathe:
    """A user with one proposal from session `s`."""
    return pasts.user("saved", _save)


def _save(lathe: Lathe) -> None:
    done = lathe.run("exec", "-s", "s", _SAVE)
    assert done.code == 0, done
    subprocess.run(["git", "init", "-q", lathe.project], check=True)
    subprocess.run(["git", "-C", lathe.project, "config", "user.name", "Ada L."], check=True)


def _actions(lathe: Lathe) -> list[tuple[str, str | None]]:
    (events,) = lathe.run("library", "history", "double_number", "--json").json_lines()
    return [(event["action"], event["reviewer"]) for event in events]


def test_approving_moves_the_file_and_names_the_reviewer(saved: Lathe) -> None:
    library = saved.project / "generated-capabilities"
    waiting = library / "proposed/functions/double_number.py"
    shown = saved.run("library", "diff", "double_number")
    assert shown.code == 0
    assert "+     return 2 * x" in shown.out
    done = saved.run("library", "approve", "functions/double_number")
    assert (done.code, done.err) == (0, ""), done
    assert "approved function double_number, version 1" in done.out
    assert not waiting.exists()
    text = (library / "functions/double_number.py").read_text()
    assert '# status = "approved"' in text
    assert _actions(saved) == [("proposed", None), ("approved", "Ada L.")]
    assert "approved function double_number by Ada L." in saved.run("library", "history").out
    assert (saved.project / ".lathe/.gitignore").read_text() == "sessions/\nlibrary*.db*\n"
    checked = saved.run("library", "check")
    assert (checked.code, checked.out) == (0, "✓ 1 approved file, as approved\n")


def test_check_fails_for_each_file_that_is_not_what_was_approved(saved: Lathe) -> None:
    assert saved.run("library", "approve", "double_number").code == 0
    file = saved.project / "generated-capabilities/functions/double_number.py"
    (before,) = saved.run("library", "check", "--json").json_lines()
    assert [row["whole"] for row in before] == [True]
    file.write_text(file.read_text().replace("2 * x", "3 * x"))
    done = saved.run("library", "check", "double_number")
    assert done.code == _UNAPPROVED
    assert "✗ functions/double_number.py" in done.out
    # Swapped with a block that fits: the pin of this machine tells.
    (row,) = saved.run("library", "check", "--json").json_lines()[0]
    file.write_text(file.read_text().replace(before[0]["sha256"], row["sha256"]))
    swapped = saved.run("library", "check")
    assert swapped.code == _UNAPPROVED
    assert "not what was approved here" in swapped.out
    diff = saved.run("library", "diff", "double_number")
    assert "-     return 2 * x" in diff.out
    assert "+     return 3 * x" in diff.out
    # A team that reviews in its repository says so.
    saved.write("lathe.json", '{"library": {"trust": "files"}}')
    assert saved.run("library", "check").code == 0
    saved.write("lathe.json", '{"library": {"trust": "anyone"}}')
    wrong = saved.run("library", "check")
    assert wrong.code == 2
    assert 'library.trust must be "pins" or "files"' in wrong.err
    saved.write("lathe.json", "{}")
    # What was edited is examined as it is now: its own example and its tests speak against it.
    refused = saved.run("library", "approve", "double_number")
    assert (refused.code, refused.out) == (1, "")
    assert "`test_recorded_1` fails" in refused.err
    assert "its docstring's example fails" in refused.err
    assert saved.run("library", "check").code == _UNAPPROVED
    file.write_text(file.read_text().replace("    4\n", "    6\n").replace("twice", "thrice"))
    tests = file.with_name("test_double_number.py")
    tests.write_text(tests.read_text().replace("== 6", "== 9"))
    assert saved.run("library", "approve", "double_number").out.startswith(
        "✓ approved function double_number, version 2"
    )
    assert saved.run("library", "check").code == 0


def test_a_decision_is_about_what_was_shown(saved: Lathe) -> None:
    shown = saved.run("library", "diff", "double_number").out.splitlines()[-1]
    assert shown.startswith("to approve just this: lathe library approve functions/double_number ")
    digest = shown.split()[-1]
    folder = saved.project / "generated-capabilities/proposed/functions"
    sums = subprocess.run(
        "sha256sum double_number.py test_double_number.py | sha256sum",
        shell=True,
        cwd=folder,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert sums.startswith(digest)
    # Its session saves another one in its place, which lathe admits: nobody has looked at it.
    assert saved.run("exec", "-s", "s", _SAVE.replace("2 * x", "x + x")).code == 0
    for command in (["approve"], ["changes"], ["reject", "--reason", "x"]):
        more = ["a note"] if command == ["changes"] else []
        name, *options = command
        done = saved.run("library", name, "double_number", *more, *options, "--shown", digest)
        assert (done.code, done.out) == (1, ""), done
        assert "is not what was shown" in done.err
    assert _actions(saved) == [("proposed", None), ("proposed", None)]
    (again,) = saved.run("library", "diff", "double_number", "--json").json_lines()
    assert "x + x" in again["source"]
    done = saved.run("library", "approve", "double_number", "--shown", again["shown"])
    assert (done.code, done.err) == (0, ""), done
    for wrong in ("abc", "x" * 16):
        assert saved.run("library", "approve", "double_number", "--shown", wrong).code == 2
    both = saved.run("library", "approve", "a_b", "c_d", "--shown", digest)
    assert both.code == 2
    assert "one capability" in both.err


def test_the_version_that_waits_is_shown_beside_the_approved_one(saved: Lathe) -> None:
    alone = saved.run("library", "show", "double_number")
    assert "return 2 * x" in alone.out
    assert saved.run("library", "approve", "double_number").code == 0
    missing = saved.run("library", "show", "double_number", "--proposed")
    assert (missing.code, missing.out) == (1, "")
    assert "no version of double_number waits" in missing.err
    assert saved.run("exec", "-s", "s", _ANOTHER).code == 0
    approved = saved.run("library", "show", "double_number")
    assert "return 2 * x\n" in approved.out
    assert "version 2 waits for review" in approved.err
    waiting = saved.run("library", "show", "double_number", "--proposed")
    assert (waiting.code, waiting.err) == (0, "")
    assert "return 2 * x + 100" in waiting.out


def test_an_examination_before_an_approval_can_be_stopped(saved: Lathe) -> None:
    folder = saved.project / "generated-capabilities/proposed/functions"
    tests = folder / "test_double_number.py"
    tests.write_text(tests.read_text() + "    import time; time.sleep(30)\n")
    with saved.on_terminal("library", "approve", "double_number") as run:
        run.wait_for("examining function double_number as it is now; Ctrl-C stops it")
        run.press("\x03")
        assert run.end() == 130, run.text
        assert "stopped while it was examined" in run.text
    assert _actions(saved) == [("proposed", None)]


def test_rejecting_needs_a_reason_and_keeps_the_source(saved: Lathe) -> None:
    without = saved.run("library", "reject", "double_number")
    assert without.code == 2
    assert "--reason" in without.err
    done = saved.run("library", "reject", "double_number", "--reason", "numpy \x1b[31mhas it")
    assert (done.code, done.err) == (0, ""), done
    assert saved.run("library", "list", "--json").json_lines() == [[]]
    assert _actions(saved)[-1] == ("rejected", "Ada L.")
    history = saved.run("library", "history", "double_number")
    assert "has it" in history.out
    assert "\x1b" not in history.out
    again = saved.run("library", "reject", "double_number", "--reason", "x")
    assert again.code == 1
    assert "there is no capability 'double_number'" in again.err


def test_asked_changes_are_told_to_whoever_saves_the_name_next(saved: Lathe) -> None:
    assert saved.run("library", "changes", "double_number", "name it double").code == 0
    (row,) = saved.run("library", "list", "--json").json_lines()[0]
    assert (row["status"], row["problems"]) == ("changes_asked", [])
    done = saved.run("exec", "-s", "other", f"{_SAVE}")
    assert done.code == 0
    assert "name it double" in done.out
    assert _actions(saved)[-2:] == [("changes_asked", "Ada L."), ("proposed", None)]


def test_deprecating_is_for_what_is_approved(saved: Lathe) -> None:
    early = saved.run("library", "deprecate", "double_number")
    assert early.code == 1
    saved.run("library", "approve", "double_number")
    assert (
        saved.run("library", "deprecate", "double_number", "--reason", "thrice is better").code == 0
    )
    assert "function double_number (deprecated)" in saved.run("library", "list").out
    assert saved.run("library", "check").code == 0


def test_a_damaged_library_journal_is_named_and_nothing_is_decided(saved: Lathe) -> None:
    (saved.project / ".lathe/library.db").write_bytes(b"garbage" * 1000)
    for rest in ("-wal", "-shm"):
        Path(f"{saved.project}/.lathe/library.db{rest}").unlink(missing_ok=True)
    done = saved.run("library", "approve", "double_number")
    assert done.code == 1
    assert "library.db" in done.err
    assert (saved.project / "generated-capabilities/proposed/functions/double_number.py").exists()


_USE = "from lathe.capabilities import double_number\ndouble_number(5)"


def _use(lathe: Lathe, session: str) -> Done:
    return lathe.run("exec", "-s", session, _USE)


def test_a_proposal_is_for_its_session_until_it_is_approved(saved: Lathe) -> None:
    assert _use(saved, "s").out == "10\n"
    other = _use(saved, "t")
    assert other.code == 1
    assert "waits for review (proposed, from session s)" in other.err
    saved.write("lathe.json", '{"library": {"proposed": "anyone"}}')
    assert _use(saved, "u").out == "10\n"
    saved.write("lathe.json", "{}")
    saved.run("library", "changes", "double_number", "name it double")
    asked = _use(saved, "s")
    assert asked.code == 1
    assert "a reviewer asked: name it double" in asked.err
    assert saved.run("exec", "-s", "s", _SAVE).code == 0
    assert saved.run("library", "approve", "double_number").code == 0
    assert _use(saved, "t").out == "10\n"
    (used,) = saved.events("t", "capability_used")
    ((row,),) = saved.run("library", "list", "--json").json_lines()
    assert used.data["sha256"] == row["sha256"]
    assert saved.run("library", "deprecate", "double_number").code == 0
    assert _use(saved, "v").out == "10\n"


def test_a_file_that_was_swapped_is_never_imported(saved: Lathe) -> None:
    file = saved.project / "generated-capabilities/proposed/functions/double_number.py"
    ours = file.read_text()
    (was,) = saved.run("library", "list", "--json").json_lines()[0]

    def swapped(path: Path, text: str) -> None:
        """Write another source with a block that fits it."""
        path.write_text(text.replace("2 * x", "open('ran', 'w')"))
        (row,) = saved.run("library", "list", "--json").json_lines()[0]
        assert row["sha256"] != was["sha256"]
        path.write_text(path.read_text().replace(was["sha256"], row["sha256"]))

    swapped(file, ours)
    mine = _use(saved, "s")
    assert mine.code == 1
    assert "is not what was saved" in mine.err
    file.write_text(ours)
    assert saved.run("library", "approve", "double_number").code == 0
    approved = saved.project / "generated-capabilities/functions/double_number.py"
    good = approved.read_text()
    swapped(approved, good)
    for session in ("s", "t"):
        done = _use(saved, session)
        assert done.code == 1
        assert "not what was approved here" in done.err
    outside = saved.project / "outside.py"
    outside.write_text(good)
    for make in (approved.symlink_to, approved.hardlink_to):
        approved.unlink()
        make(outside)
        assert _use(saved, "t").code == 1
    assert list(saved.project.rglob("ran")) == []
    approved.unlink()
    approved.write_text(good)
    assert _use(saved, "t").out == "10\n"


def test_a_cloned_library_is_trusted_as_it_is_first_seen(saved: Lathe) -> None:
    assert saved.run("library", "approve", "double_number").code == 0
    for file in saved.project.glob(".lathe/library.db*"):
        file.unlink()
    assert _use(saved, "t").out == "10\n"
    assert _actions(saved) == [("trusted", None)]
    file = saved.project / "generated-capabilities/functions/double_number.py"
    (was,) = saved.run("library", "list", "--json").json_lines()[0]
    file.write_text(file.read_text().replace("2 * x", "3 * x"))
    (row,) = saved.run("library", "list", "--json").json_lines()[0]
    file.write_text(file.read_text().replace(was["sha256"], row["sha256"]))
    assert _use(saved, "u").code == 1
    saved.write("lathe.json", '{"library": {"trust": "files"}}')
    assert _use(saved, "v").out == "15\n"


def test_a_session_that_is_gone_on_with_keeps_the_version_it_had(saved: Lathe) -> None:
    assert saved.run("library", "approve", "double_number").code == 0
    keep = _USE.replace("\n", "\nkept = double_number\n")
    assert saved.run("exec", "-s", "t", keep).out == "10\n"
    saved.write("lathe.json", '{"memory": {"save": false}}')
    assert saved.run("exec", "-s", "rebuilt", keep).out == "10\n"
    assert saved.run("exec", "-s", "s", _ANOTHER).code == 0
    assert saved.run("library", "approve", "double_number").code == 0
    # Taken up from disk, and built again from its cells: what it had; imported anew: what there is.
    for session in ("t", "rebuilt"):
        done = saved.run("exec", "-s", session, "kept(5)")
        assert (done.out, done.code) == ("10\n", 0), done
    assert _use(saved, "new").out == "110\n"
    again = saved.run("replay", "t")
    assert again.code == 0, again
