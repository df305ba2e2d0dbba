"""Proposals whose reports were recorded when each piece of them ran alone, one after the other."""

import json
from pathlib import Path
from typing import Any

_SHARE = '''import pandas as pd


def compute_share(delays: pd.Series, limit: float = 15) -> float:
    """Return the share of delays above a limit.

    >>> compute_share(pd.Series([1, 20]))
    0.5
    """
    if len(delays) == 0:
        return 0.0
    return float((delays > limit).mean())
'''
_SHARE_TESTS = """import pandas as pd

from compute_share import compute_share


def test_recorded_1():
    assert compute_share(pd.Series([1, 15, 20, 30])) == 0.5
"""
_GRADE = '''"""Grade readings."""

from collections import Counter
from dataclasses import dataclass


@dataclass
class _Band:
    name: str
    least: float = 0.0

    def holds(self, value: float) -> bool:
        return value >= self.least and not value != value


_BANDS = (_Band("high", 10.0), _Band("middle", 5.0), _Band("low"))


def grade_readings(values: list[float], *, strict: bool = False) -> dict[str, int]:
    """Return how many readings are in each band.

    >>> grade_readings([1, 7, 12])
    {'high': 1, 'middle': 1, 'low': 1}
    """
    counted: Counter[str] = Counter()
    for value in values:
        for band in _BANDS:
            if band.holds(value):
                counted[band.name] += 1
                break
        else:
            if strict:
                raise ValueError(f"{value} is in no band")
            counted["none"] += 1
    if len(values) > 1000:
        counted = Counter({name: min(count, 1000) for name, count in counted.items()})
    pairs = [(one.name, counted[one.name]) for one in _BANDS]
    if counted["none"] % 2 == 1 or counted["none"] > 3:
        pairs.append(("none", counted["none"]))
    return dict(pairs)
'''
_GRADE_TESTS = """from pathlib import Path

import pytest
from grade_readings import grade_readings

_FOLDER = Path(__file__).parent / "fixtures" / "grade_readings"


@pytest.fixture(scope="module")
def counted():
    text = (_FOLDER / "readings.txt").read_text()
    return grade_readings([float(one) for one in text.split()])


def test_file(counted):
    assert counted["high"] == 2
    assert grade_readings([11.0])["high"] == 1


def test_rest(counted):
    assert counted["low"] == 1
    assert sum(grade_readings([0.0, 5.0, 10.0]).values()) == 3


@pytest.mark.parametrize(("value", "band"), [(0.0, "low"), (5.0, "middle"), (9.5, "middle")])
def test_edges(value, band, capsys, tmp_path):
    print("a graded value")
    assert grade_readings([value])[band] == 1
    assert "graded" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_nan():
    with pytest.raises(ValueError, match="no band"):
        grade_readings([-1.0], strict=True)
    assert grade_readings([float("nan")])["none"] == 1
"""
_AGENT = '''"""Judge a group of rows."""

INSTRUCTIONS = "Look at `data`."
RETURNS = {"mean": float, "note": str}


def prepare(data):
    """Keep what is there."""
    kept = [one for one in data if one is not None]
    return kept if len(kept) > 1 else []


def check(result):
    """Return what is wrong with a result."""
    if result["mean"] < 0 or not result["note"]:
        return "a mean is not negative"
    return None
'''
_AGENT_TESTS = """from row_judge import check, prepare


def test_prepare():
    assert prepare([1, None, 2]) == [1, 2]


def test_check():
    assert check({"mean": 1.0, "note": "a"}) is None
    assert check({"mean": -1.0, "note": "a"})
"""
_PERCENT = _SHARE.replace("    0.5\n", "    50.0\n").replace("float((", "100 * float((")
_TRIED = f"{_SHARE_TESTS}\n\ndef test_b():\n    try:\n        compute_share(pd.Series([1]))\n"


def _of(name: str, source: str, tests: str, **rest: Any) -> dict[str, Any]:
    proposal: dict[str, Any] = {"kind": "function", "seconds": 120, "mutants": 40}
    return proposal | {"name": name, "source": source, "tests": tests} | rest


PROPOSALS: dict[str, dict[str, Any]] = {
    "a good function": _of("compute_share", _SHARE, _SHARE_TESTS),
    "branches, fixtures and cases": _of(
        "grade_readings",
        _GRADE,
        _GRADE_TESTS,
        fixtures={"readings.txt": "MTIgNyAxMSAxCg=="},
    ),
    "an agent's hooks": _of("row_judge", _AGENT, _AGENT_TESTS, kind="agent"),
    "a test that fails": _of(
        "compute_share", _SHARE, _SHARE_TESTS.replace("== 0.5", "== 0.25"), mutants=10
    ),
    "tests that cannot be loaded": _of("compute_share", _SHARE, f"{_SHARE_TESTS}\n1 / 0\n"),
    "a test that passes without the function": _of(
        "compute_share", _SHARE, f"{_TRIED}    except BaseException:\n        pass\n"
    ),
    "tests of an earlier version": _of(
        "compute_share",
        _PERCENT,
        _SHARE_TESTS.replace("== 0.5", "== 50.0"),
        mutants=5,
        earlier={"tests": _SHARE_TESTS, "fixtures": {}},
    ),
    "an example that is wrong": _of(
        "compute_share", _SHARE.replace("    0.5\n", "    0.25\n"), _SHARE_TESTS
    ),
}
RECORDED = Path(__file__).with_name("admission_reports.json")


def settled(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report without what differs from run to run: times, memory and folders."""
    tests = report["tests"]
    kept = {k: v for k, v in tests.items() if k not in ("seconds", "peak")} if tests else None
    return json.loads(json.dumps(report | {"tests": kept}))
