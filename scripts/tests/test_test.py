"""`scripts/test` builds, runs all parts, tells how each ended, and ends all that runs with it."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).resolve().parents[1] / "test"


def _started(folder: Path, python: str, swift: str) -> "subprocess.Popen[str]":
    """Start it in a project whose `python -m pytest` and `swift` are these scripts."""
    for name, body in ((".venv/bin/python", python), ("tools/swift", swift)):
        program = folder / name
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/bash\n{body}\n")
        program.chmod(0o755)
    (folder / "scripts").mkdir()
    (folder / "scripts/setup").write_text("#!/bin/sh\n")
    (folder / "scripts/setup").chmod(0o755)
    shutil.copy(_SCRIPT, folder / "scripts/test")
    return subprocess.Popen(
        [folder / "scripts/test"],
        env={"PATH": f"{folder / 'tools'}:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize(
    ("python", "swift", "code"),
    [
        ("exit 0", "exit 0", 0),
        ("[[ ! $* =~ ignore ]]", "exit 0", 1),
        ("[[ $* =~ ignore ]]", "exit 0", 1),
        ("exit 0", "[[ $1 == build ]]", 1),
    ],
)
def test_it_passes_where_all_parts_do(tmp_path: Path, python: str, swift: str, code: int) -> None:
    told = "echo '✔ Test \"a\" passed'; echo '✘ Test \"b\" failed'; echo 'the last line'"
    ran = _started(tmp_path, f"echo dots $*; {python}", f"{told}; {swift}")
    text, _ = ran.communicate(timeout=60)
    assert ran.returncode == code
    assert re.search("dots .*--ignore python/tests_program", text)
    assert re.search("dots .*loadfile python/tests_program", text)
    assert "the last line" in text
    assert ('✘ Test "b" failed' in text.partition("without it")[2]) is (swift != "exit 0")
    assert '✔ Test "a" passed' in (tmp_path / ".build/tests/swift.txt").read_text()


def test_what_cannot_be_built_is_not_tested(tmp_path: Path) -> None:
    ran = _started(tmp_path, "sleep 600", 'echo "$1: error: no such type"; exit 1')
    text, _ = ran.communicate(timeout=60)
    assert (ran.returncode, text) == (1, "build: error: no such type\n")


@pytest.mark.parametrize("stage", ["build", "test"])
def test_all_parts_run_side_by_side_and_end_with_it(tmp_path: Path, stage: str) -> None:
    waits = "echo $$ > {}; while :; do sleep 1; done"
    files = [tmp_path / "python.pid", tmp_path / "swift.pid"]
    python, swift = (waits.format(file) for file in files)
    ran = _started(tmp_path, python, f"[[ {stage} == test && $1 == build ]] && exit; {swift}")
    until = time.monotonic() + 60
    while not all(file.exists() and file.read_text() for file in files):
        assert time.monotonic() < until
        time.sleep(0.01)
    ran.send_signal(signal.SIGINT)
    ran.communicate(timeout=60)
    assert ran.returncode == 130
    for file in files:
        with pytest.raises(ProcessLookupError):
            os.kill(int(file.read_text()), 0)
