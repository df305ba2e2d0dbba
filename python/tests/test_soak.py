import dataclasses
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from lathe_soak import work
from lathe_soak.watch import Sample, drift, settled

PYTHON = Path(__file__).resolve().parents[1]
BASE = Sample(100.0, 120.0, 20, 9, 8, 0)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("lathe_mb", 149.0, "lathe_mb grew from 100 to 149; 48 more are allowed"),
        ("descriptors", 29, "descriptors grew from 20 to 29; 8 more are allowed"),
        ("processes", 9, "processes grew from 8 to 9; 0 more are allowed"),
        ("files", 1, "files grew from 0 to 1; 0 more are allowed"),
    ],
)
def test_what_grew_is_named(name: str, value: float, words: str) -> None:
    assert dataclasses.replace(BASE, **{name: value}).over(BASE) == [words]


def test_what_stayed_or_shrank_is_not() -> None:
    assert Sample(60.0, 130.0, 22, 9, 5, 0).over(BASE) == []


def test_a_slow_leak_is_found_though_no_sample_is_too_large() -> None:
    leaking = [dataclasses.replace(BASE, lathe_mb=100.0 + each) for each in range(30)]
    assert drift(leaking) == ["lathe_mb drifted from 104.5 to 124.5"]
    assert drift([BASE] * 30) == []


def test_a_leftover_file_is_counted_and_outputs_are_not(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "cell-1.txt").touch()
    before = settled(os.getpid(), tmp_path, None)
    (tmp_path / "leftover").touch()
    after = settled(os.getpid(), tmp_path, None)
    assert after.files == before.files + 1


def test_the_same_seed_gives_the_same_work() -> None:
    def drawn() -> list[work.Piece]:
        chance = random.Random(7)
        stories = [work.turns(chance) for _ in range(400)]
        stories += [work.delegations(chance) for _ in range(20)]
        return [piece for story in stories for piece in story]

    assert drawn() == drawn()
    assert {piece.kind for piece in drawn()} == {
        "cell",
        "failing",
        "flood",
        "interrupt",
        "crash",
        "delegation",
        "checkpoint",
        "undo",
        "death",
        "branch",
        "data",
    }


def test_what_has_no_code_is_the_users_undo_and_ends_as_one() -> None:
    chance = random.Random(3)
    drawn = [piece for _ in range(400) for piece in work.turns(chance)]
    undone = [piece for piece in drawn if piece.step == "undo"]
    assert {piece.ends for piece in undone} == {"undone"}
    for piece in drawn:
        if piece.step == "attempt" and "def f(:" not in piece.code and "!true" not in piece.code:
            compile(piece.code, piece.kind, "exec")


def test_a_wrong_option_is_told_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lathe_soak", "program", "root", "an hour", "1"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PYTHON)},
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "usage" in done.stderr
