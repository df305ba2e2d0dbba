"""A library whose folder or files are not what Lathe made: seen, named, never run."""

import os
import shutil
from pathlib import Path

import pytest

from tests_program.endpoint import MODEL, Code, ModelServer
from tests_program.program import Lathe

_IMPORTS = """
for name in {names!r}:
    try:
        exec(f"from lathe.capabilities import {{name}}")
        print(name, "was imported")
    except ImportError as error:
        print(name, "refused:", error)
"""


@pytest.fixture
def foreign(lathe: Lathe, tmp_path: Path) -> Lathe:
    """A user whose library holds files of every wrong kind; each that ran would leave `ran`."""
    run = f"import os\nos.system('touch {tmp_path}/ran')\nopen('ran', 'w')\n"
    functions = lathe.project / "generated-capabilities/functions"
    (functions / "folder.py").mkdir(parents=True)
    (functions / "garbage.py").write_bytes(b"\x00\xff not Python")
    (functions / "plain.py").write_text(run)
    (functions / "broken.py").write_text("def broken(:\n")
    (functions / "huge.py").write_text("# " + "x" * (1 << 22))
    outside = tmp_path / "outside/functions"
    outside.mkdir(parents=True)
    (outside / "far.py").write_text('"""SECRET outside."""\n' + run)
    (functions / "far.py").symlink_to(outside / "far.py")
    os.mkfifo(functions / "pipe.py")
    return lathe


_NAMES = ["broken", "far", "folder", "garbage", "huge", "pipe", "plain"]


def unharmed(lathe: Lathe) -> None:
    assert not (lathe.project.parent / "ran").exists()
    assert list(lathe.project.rglob("ran")) == []


def test_wrong_files_are_listed_with_their_problem(foreign: Lathe) -> None:
    listed = foreign.run("library", "list", "--json")
    assert (listed.code, listed.err) == (0, "")
    (rows,) = listed.json_lines()
    assert sorted(row["name"] for row in rows) == _NAMES
    assert all(row["problems"] for row in rows)
    plain = foreign.run("library", "list")
    assert plain.out.count("✗") >= len(_NAMES)
    assert all(line.strip() for line in plain.out.splitlines()), "an empty line says nothing"
    assert "SECRET" not in plain.out + listed.out
    for name in ("far", "folder", "garbage", "pipe"):
        shown = foreign.run("library", "show", name)
        assert (shown.code, shown.out) == (1, "")
        assert shown.err.startswith(f"lathe: {name}.py is not") or "regular file" in shown.err
    unharmed(foreign)


def test_wrong_files_never_run_in_a_kernel_either(foreign: Lathe) -> None:
    done = foreign.run("exec", "-s", "s", _IMPORTS.format(names=_NAMES))
    assert done.code == 0, done
    assert done.out.count(" refused: ") == len(_NAMES), done.out
    assert "SECRET" not in done.out
    unharmed(foreign)


@pytest.mark.parametrize("swap", ["a link", "a file"])
def test_a_folder_that_was_exchanged_is_neither_read_nor_written(
    foreign: Lathe, tmp_path: Path, swap: str
) -> None:
    library = foreign.project / "generated-capabilities"
    shutil.rmtree(library)
    if swap == "a link":
        library.symlink_to(tmp_path / "outside")
    else:
        library.write_text("not a folder")
    for command in (["list"], ["search", "far"], ["show", "far"]):
        done = foreign.run("library", *command)
        assert (done.code, done.out) == (1, "")
        assert "must be a real folder" in done.err
        assert done.err.count("\n") == 1
    save = """
def double_number(x: int) -> int:
    \"\"\"Return twice a number.

    >>> double_number(2)
    4
    \"\"\"
    return 2 * x

double_number(3)

try:
    lathe.save_function(double_number)
except lathe.LatheError as error:
    lathe.answer(f"not saved: {error}")
"""
    with ModelServer(Code(_IMPORTS.format(names=["far"])), Code(save)) as server:
        done = foreign.having(**server.variables).run("ask", "Save", "-m", MODEL, "-q")
    assert done.code == 0, done
    assert done.out.startswith("not saved: ")
    assert "real folder" in done.out
    assert "far refused" in str(server.requests[1]["messages"])
    assert [path.name for path in (tmp_path / "outside").rglob("*.py")] == ["far.py"]
    unharmed(foreign)
