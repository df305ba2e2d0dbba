"""What ruff and bandit say of a source: run as programs on its text, in time and memory limits."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, cast

from lathe_library.facts import Kind
from lathe_library.findings import Finding, finding

_SECONDS: Final = 20
_SELECT: Final = "E,W,F,I,B,UP,C4,SIM,RET,PTH,PGH,RUF,D,PLE"
# Those of the project's own configuration, and what a doctest or a recorded value cannot heed.
_IGNORE: Final = "D203,D213,E501,B905,RUF001,RUF002,RUF003,D100,D104,D417"
# Errors; the others are style, which a reviewer sees. Style that has a safe fix is mended unasked.
_REFUSED: Final = ("F", "E4", "E7", "E9", "B0", "PLE", "PGH", "W6", "invalid-syntax")
# Code and pickles from elsewhere that are run, and shells.
_DANGEROUS: Final = frozenset(
    {"B102", "B301", "B302", "B307", "B506", "B601", "B602", "B604", "B605", "B609"}
)
# B101 is `assert`; B404 is told by `reaches-out`.
_NOT_ASKED: Final = "B101,B404"
_OPTIONS: Final = (
    "--isolated",
    "--no-cache",
    "--quiet",
    "--target-version=py311",
    "--line-length=100",
    "--config=lint.pydocstyle.convention='google'",
)


def tidied(source: str) -> str:
    """Return a source formatted, with its imports sorted and all safe fixes made.

    What cannot be parsed or formatted comes back as it is: the findings say why.
    """
    fixed = _ruff(source, "check", "--fix-only", f"--select={_SELECT}", f"--ignore={_IGNORE}")
    formatted = _ruff(fixed or source, "format")
    return formatted or fixed or source


def lint_findings(source: str, kind: Kind, *, tests: bool = False) -> list[Finding]:
    """Return what ruff and bandit find; `# noqa` and `# nosec` count for nothing."""
    if tests:
        return _ruff_findings(source, "E4,E7,E9,F,B,PLE", "B905,B017,B018,B011", "tests-form")
    ignore = _IGNORE + (",D103" if kind == "agent" else "")
    return _ruff_findings(source, _SELECT, ignore, None) + _bandit_findings(source)


def _ruff_findings(source: str, select: str, ignore: str, rule: str | None) -> list[Finding]:
    text = _ruff(
        source,
        "check",
        "--ignore-noqa",
        "--exit-zero",
        "--output-format=json",
        f"--select={select}",
        f"--ignore={ignore}",
    )
    found: list[Finding] = []
    for one in _records(text, "ruff"):
        if isinstance(one, Finding):
            found.append(one)
            continue
        code = str(one.get("code") or "invalid-syntax")
        place = cast("dict[str, Any]", one.get("location") or {})
        row = int(place.get("row") or 1)
        message = f"{one.get('message')}{_line(source, row)}"
        if rule is not None:
            found.append(finding(rule, row, f"{code}: {message}"))
        elif code.startswith(_REFUSED):
            found.append(finding("ruff", row, message, code))
        else:
            found.append(finding("ruff-style", row, message, code))
    return found


def _bandit_findings(source: str) -> list[Finding]:
    text = _output(
        [
            sys.executable,
            "-I",
            "-m",
            "bandit",
            "-f",
            "json",
            "-q",
            "--ignore-nosec",
            "--exit-zero",
            "-s",
            _NOT_ASKED,
            "-",
        ],
        source,
    )
    found: list[Finding] = []
    loaded = _json(text)
    if not isinstance(loaded, dict):
        return [
            finding("unchecked", None, "bandit gave no answer: look for unsafe calls yourself.")
        ]
    report = cast("dict[str, Any]", loaded)
    for one in cast("list[dict[str, Any]]", report.get("results") or []):
        code, row = str(one.get("test_id")), int(one.get("line_number") or 1)
        refused = code in _DANGEROUS or one.get("issue_severity") == "HIGH"
        message = f"{' '.join(str(one.get('issue_text')).split())}{_line(source, row)}"
        found.append(finding("bandit" if refused else "bandit-note", row, message, code))
    return found


def _ruff(source: str, command: str, *options: str) -> str:
    program = Path(sys.executable).parent / "ruff"
    return _output(
        [
            str(program),
            command,
            *_OPTIONS[: 5 if command == "format" else None],
            *options,
            "--stdin-filename=capability.py",
            "-",
        ],
        source,
    )


def _output(command: list[str], source: str) -> str:
    """Return what a program printed; empty where it failed, is missing or took too long."""
    try:
        done = subprocess.run(
            command,
            input=source.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={"RAYON_NUM_THREADS": "1"},
            cwd="/",
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _records(text: str, program: str) -> list[dict[str, Any] | Finding]:
    loaded = _json(text)
    if not isinstance(loaded, list):
        return [finding("unchecked", None, f"{program} gave no answer: its rules are not checked.")]
    return [one for one in cast("list[object]", loaded) if isinstance(one, dict)]


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _line(source: str, row: int) -> str:
    lines = source.split("\n")
    if not 1 <= row <= len(lines):
        return ""
    text = lines[row - 1].strip()
    return f" ← {text if len(text) <= 80 else text[:79] + '…'}" if text else ""
