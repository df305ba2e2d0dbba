"""`lathe review` on a terminal: every answer, an edit on its way to approval, what goes wrong."""

import re
import stat
from pathlib import Path
from typing import Protocol

import pytest

from tests_program.pasts import Pasts
from tests_program.program import Done, Lathe
from tests_program.terminal import TerminalRun

_ATTACK = "\\x1b[2J\\x1b]0;owned\\x07"
_FUNCTION = '''
def NAME(x: int) -> int:
    """Return a number made of another.

    >>> NAME(2)
    RESULT
    """
    return BODY

NAME(3)
lathe.save_function(NAME, purpose="Asked often ATTACK.")
'''
_WAITING = 8
_INTERRUPTED = 130
_KEYS = r"a approve  e edit .*\? help$"


class Saved(Protocol):
    def __call__(self, **bodies: str) -> Lathe:
        """Have a user save functions in this order; each result is what the body gives for 2."""
        ...


@pytest.fixture
def saved(pasts: Pasts) -> Saved:
    """A user whose session saved functions that wait for review."""

    def save(**bodies: str) -> Lathe:
        name = "-".join(["review", *bodies])
        return pasts.user(name, lambda lathe: _save(lathe, bodies))

    return save


def _save(lathe: Lathe, bodies: dict[str, str]) -> None:
    cells = [
        _FUNCTION.replace("NAME", name)
        .replace("BODY", body)
        .replace("RESULT", str(eval(body, {"x": 2})))
        .replace("ATTACK", _ATTACK)
        for name, body in bodies.items()
    ]
    done = lathe.run("exec", "-s", "s", "".join(cells))
    assert done.code == 0, done
    (rows,) = lathe.run("library", "list", "--json").json_lines()
    assert {row["name"] for row in rows} == set(bodies), done


def _history(lathe: Lathe, name: str) -> list[str]:
    (events,) = lathe.run("library", "history", name, "--json").json_lines()
    return [event["action"] for event in events]


def _file(lathe: Lathe, name: str) -> Path:
    return lathe.project / f"generated-capabilities/proposed/functions/{name}.py"


def _asks(run: TerminalRun, number: int, count: int, name: str) -> None:
    """Wait until it is asked about this one."""
    run.wait_for(rf"{number} of {count} · function {name}, (?s:.*){_KEYS}")


def _plain(done: Done) -> str:
    return " ".join(done.out.split())


def test_every_answer_is_carried_out_at_once(saved: Saved) -> None:
    lathe = saved(
        double_number="2 * x",
        triple_number="3 * x",
        halve_number="x // 2",
        square_number="x * x",
        negate_number="-x",
    )
    listed = lathe.run("review")
    assert listed.code == _WAITING
    assert _plain(listed).index("double_number") < _plain(listed).index("halve_number")
    (told,) = lathe.run("review", "--json").json_lines()
    names = ["double_number", "triple_number", "halve_number", "square_number", "negate_number"]
    assert [item["name"] for item in told["waiting"]] == names
    assert f"--shown {told['waiting'][0]['shown'][:16]}" in listed.out
    with lathe.on_terminal("review") as run:
        _asks(run, 1, 5, "double_number")
        assert "made by: session s, cells 1" in run.text
        assert "tests: 1 passed, 1 of them calls that a session made" in run.text
        run.press("?")
        run.wait_for("ask for changes: your note")
        run.press("x")
        _asks(run, 1, 5, "double_number")
        run.press("e")
        run.wait_for("no editor is named: set VISUAL or EDITOR")
        run.press("p")
        run.wait_for("there is none before it")
        run.press("\x1b[6~")
        run.wait_for("return 2 . x")
        run.press("s")
        _asks(run, 2, 5, "triple_number")
        run.press("p")
        _asks(run, 1, 5, "double_number")
        run.press("s")
        _asks(run, 2, 5, "triple_number")
        # A note that is given up, one that is empty, and one that is meant.
        run.press("cnot this")
        run.wait_for("what to change: not this")
        run.press("\x1b")
        run.wait_for("nothing was entered")
        run.press("c\r")
        run.wait_for("nothing was entered")
        run.press("ctake the factof\x7fr as a parameter\r")
        _asks(run, 3, 5, "halve_number")
        run.press("r")
        run.wait_for("reject, because: ")
        run.press("// does it\r")
        _asks(run, 4, 5, "square_number")
        # Another one comes in its place while it is read: what was shown is not approved.
        file = _file(lathe, "square_number")
        file.write_text(file.read_text().replace("x * x", "x ** 2"))
        run.press("G")
        run.wait_for(_KEYS)
        # What is pressed before the next frame is there is no answer to it.
        run.press("aaaa")
        run.wait_for("it changed while you looked at it(?s:.*)" + _KEYS)
        run.press(" ")
        run.wait_for(r"x \*\* 2(?s:.*)" + _KEYS)
        # Twice where lines are left that were not seen; else the second one is forgotten.
        run.press("aa")
        run.wait_for("examining function square_number")
        _asks(run, 5, 5, "negate_number")
        # This one goes away while it is read.
        _file(lathe, "negate_number").unlink()
        run.press("aa")
        assert run.end() == _WAITING
        run.check()
    shown = " ".join(run.text.split("function square_number, version 1")[-1].split())
    assert "✓ asked for changes of function triple_number" in run.text
    assert "✓ rejected function halve_number" in run.text
    assert "negate_number.py: it is gone" in " ".join(run.text.split())
    assert shown.endswith("still waiting: function double_number")
    assert _history(lathe, "triple_number")[-1] == "changes_asked"
    assert _history(lathe, "halve_number")[-1] == "rejected"
    assert _history(lathe, "square_number") == ["proposed", "approved"]
    (events,) = lathe.run("library", "history", "--json").json_lines()
    assert {
        "take the factor as a parameter",
        "// does it",
    } <= {event["reason"] for event in events}


def _editor(lathe: Lathe, script: str) -> None:
    """Have the editor do this from now on."""
    file = lathe.write("editor.sh", f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


_MORE = "\n\ndef test_more():\n    assert double_number(5) == 10\n"
# It sees what was edited before, and mends that.
_MEND = f"""
grep -q "x + 1" "$2" || exit 9
sed -i "s/2 [*] x + 1/x + x/" "$2"
cat >> "$3" <<'END'{_MORE}END
printf 'x\n5\n' > "$(dirname "$2")/fixtures/double_number/five.csv"
"""


@pytest.mark.slow
def test_an_edit_is_examined_before_it_takes_the_place(saved: Saved) -> None:
    lathe = saved(double_number="2 * x")
    with lathe.on_terminal("review", VISUAL="./editor.sh --wait", EDITOR="false") as run:
        _asks(run, 1, 1, "double_number")
        run.press("e")
        run.wait_for("editor.sh --wait' cannot be found(?s:.*)" + _KEYS)
        for script, told in [
            ("exit 3", "ended with code 3; nothing was taken from it"),
            ("kill -9 $$", "was ended by signal 9|ended with code 137"),
            ("true", "the editor left everything as it was"),
            (': > "$2"', "the source was left empty"),
        ]:
            _editor(lathe, script)
            run.press("e")
            run.wait_for(f"({told})(?s:.*){_KEYS}")
            assert "d drop" not in run.text
        _editor(lathe, "sed -i 's/2 [*] x/2 * x + 1/' \"$2\"")
        run.press("e")
        run.wait_for("examining function double_number as it is now; Ctrl-C stops it")
        run.wait_for(r"its docstring's example fails(?s:.*)d drop(?s:.*)help$")
        (folder,) = set(re.findall(r"your edit is kept in (/\S+): e edits on", run.text))
        assert "x + 1" in (Path(folder) / "double_number.py").read_text()
        assert _history(lathe, "double_number") == ["proposed"]
        _editor(lathe, _MEND)
        run.press("e")
        run.wait_for("admitted: your edit is what waits now(?s:.*)" + _KEYS)
        assert not Path(folder).exists()
        # One that is given up, and one that is left behind.
        # The file that was added is opened beside the others now.
        _editor(lathe, 'grep -q 5 "$4" || exit 9; sed -i \'s/x + x/x - x/\' "$2"')
        run.press("e")
        run.wait_for(r"cannot be saved(?s:.*)d drop(?s:.*)help$")
        run.press("d")
        run.wait_for("your edit is gone(?s:.*)" + _KEYS)
        run.press("e")
        run.wait_for(r"cannot be saved(?s:.*)d drop(?s:.*)help$")
        run.press("q")
        assert run.end() == _WAITING
        run.check(widths=False)
    left = " ".join(run.text.split())
    (folder,) = re.findall(r"was not admitted; it is kept in (/\S+)", left)
    assert "x - x" in (Path(folder) / "double_number.py").read_text()
    with lathe.on_terminal("review") as run:
        _asks(run, 1, 1, "double_number")
        assert "edited by: " in run.text
        run.press("aa")
        assert run.end() == 0
    assert "✓ approved function double_number, version 1" in run.text
    assert "nothing waits for review" in run.text
    assert _history(lathe, "double_number") == ["proposed", "edited", "approved"]
    library = lathe.project / "generated-capabilities/functions"
    assert "return x + x" in (library / "double_number.py").read_text()
    assert (library / "test_double_number.py").read_text().endswith(_MORE)
    assert (library / "fixtures/double_number/five.csv").read_text() == "x\n5\n"
    assert lathe.run("library", "check").code == 0


def test_what_was_decided_stays_when_it_is_interrupted(saved: Saved) -> None:
    lathe = saved(double_number="2 * x", triple_number="3 * x")
    slow = _file(lathe, "triple_number").with_name("test_triple_number.py")
    with lathe.on_terminal("review") as run:
        _asks(run, 1, 2, "double_number")
        run.press("aa")
        _asks(run, 2, 2, "triple_number")
        slow.write_text(slow.read_text() + "    import time; time.sleep(60)\n")
        run.press("aa")
        run.wait_for("it changed while you looked at it")
        run.press("aa")
        run.wait_for("examining function triple_number as it is now; Ctrl-C stops it")
        run.press("\x03")
        run.wait_for("stopped while it was examined: nothing was decided")
        run.press("\x03")
        assert run.end() == _INTERRUPTED
        run.check()
    assert "✓ approved function double_number" in run.text
    assert "still waiting: function triple_number" in run.text
    assert _history(lathe, "triple_number") == ["proposed"]
    # The end of the input ends it too, as a signal does.
    with lathe.on_terminal("review") as run:
        _asks(run, 1, 1, "triple_number")
        run.press("\x04")
        assert run.end() == _WAITING
    with lathe.on_terminal("review") as run:
        _asks(run, 1, 1, "triple_number")
        run.process.terminate()
        assert run.end() == _INTERRUPTED
        assert "still waiting" in run.text


def test_a_terminal_that_can_do_nothing_is_asked_in_words(saved: Saved) -> None:
    lathe = saved(double_number="2 * x", triple_number="3 * x")
    with lathe.on_terminal("review", "functions/double_number", TERM="dumb") as run:
        run.wait_for(r"skip, back, quit\? $")
        assert "return 2 * x" in run.text
        run.press("perhaps\n")
        run.wait_for("one of these words")
        run.press("changes take the factor as a parameter\n")
        assert run.end() == 0
        assert "\x1b" not in run.raw
    assert _history(lathe, "double_number")[-1] == "changes_asked"
    with lathe.on_terminal("review", TERM="dumb") as run:
        run.wait_for(r"skip, back, quit\? $")
        run.press("\x03")
        assert run.end() == _INTERRUPTED
        assert "still waiting: function triple_number" in run.text


def test_without_a_terminal_it_is_listed_with_an_exit_code(saved: Saved, tmp_path: Path) -> None:
    nothing = Lathe.in_folder(tmp_path / "new").run("review")
    assert (nothing.code, nothing.out) == (0, "nothing waits for review\n")
    lathe = saved(double_number="2 * x")
    for answer in ("approve", "edit", "q"):
        done = lathe.run("review", "double_number", given=f"{answer}\n")
        assert done.code == _WAITING
        assert "lathe library approve functions/double_number --shown" in done.out
    assert _history(lathe, "double_number") == ["proposed"]
    missing = lathe.run("review", "no_such")
    assert (missing.code, missing.out) == (1, "")
    assert "there is no capability 'no_such'" in missing.err
    for wrong in (["review", "--quiet"], ["review", "--yes"]):
        assert lathe.run(*wrong).code == 2
    _file(lathe, "double_number").write_bytes(b"\xff\xfe")
    broken = lathe.run("review")
    assert broken.code == _WAITING
    assert "double_number.py" in broken.out
    with lathe.on_terminal("review") as run:
        assert run.end() == _WAITING
        assert "not UTF-8" in " ".join(run.text.split())
