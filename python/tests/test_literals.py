import ast
import subprocess
import sys
from pathlib import Path

import pytest

from lathe_kernel import literals

_VALUES: list[object] = [
    None,
    True,
    -3,
    2.5,
    1e300,
    "plain",
    'with "quotes"',
    "both ' and \"",
    "line\nbreak \x00 é 😀 \\",
    b"bytes",
    [],
    (),
    {},
    (1,),
    {3, 1, 2},
    [1, [2, (3, {"a": None})]],
    {"key " * 5 + str(i): ["value " * 10] * 3 for i in range(5)},
    [(i, "x" * 30) for i in range(20)],
    "long " * 60,
]


@pytest.mark.parametrize("value", _VALUES)
def test_a_literal_reads_back_as_it_was(value: object) -> None:
    assert literals.is_literal(value)
    assert ast.literal_eval(literals.assignment("X", value).removeprefix("X = ")) == value


def test_literals_are_laid_out_as_the_formatter_would(tmp_path: Path) -> None:
    path = tmp_path / "constants.py"
    shown = [one for one in _VALUES if one != "line\nbreak \x00 é 😀 \\"]
    lines = [literals.assignment(f"X{i}", value) for i, value in enumerate(shown)]
    path.write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=100", "--diff", path],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout.decode()) == (0, "")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), set[int](), object(), [object()]])
def test_what_has_no_literal_is_told(value: object) -> None:
    assert not literals.is_literal(value)
