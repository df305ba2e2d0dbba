"""Calls that a session made become tests: what is kept, how it reads, and what is left out."""

import base64
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from kernels import Kernel

from lathe_library import examining, sensitive

_DEFINED = '''
import pandas as pd

def compute_share(delays: pd.Series, limit: float = 15) -> float:
    """Return the share of delays above a limit.

    >>> compute_share(pd.Series([1, 20]))
    0.5
    """
    return float((delays > limit).mean())

def summarise_delays(flights: pd.DataFrame) -> pd.DataFrame:
    """Return the mean delay of each carrier.

    >>> summarise_delays(pd.DataFrame({"carrier": ["UA"], "delay": [3.0]})).shape
    (1, 2)
    """
    return flights.groupby("carrier", as_index=False)["delay"].mean()
'''


def _saving(kernel: Kernel, code: str, call: str = "save_function") -> dict[str, Any]:
    kept: list[dict[str, Any]] = []

    def save(arguments: dict[str, Any], _received: list[int]) -> Any:
        kept.append(arguments)
        value = {
            "path": "x.py",
            "status": "proposed",
            "replaced": False,
            "evidence": ["2 tests passed"],
        }
        return {"value": value}, []

    kernel.handlers[call] = save
    assert kernel.ok(code).text == "saved x.py (proposed)\n2 tests passed"
    return kept[0]


def _passes(folder: Path, sent: dict[str, Any]) -> None:
    """Run what was sent as people do: pytest in the folder."""
    name = sent["name"]
    (folder / f"{name}.py").write_text(sent["source"])
    (folder / f"test_{name}.py").write_text(sent["tests"])
    for file, content in sent["fixtures"].items():
        path = folder / "fixtures" / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:llmock",
            "-p",
            "no:cacheprovider",
            f"test_{name}.py",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_calls_by_name_become_tests_that_pytest_runs_in_their_folder(
    kernel: Kernel, tmp_path: Path
):
    kernel.ok(_DEFINED)
    kernel.ok(
        "a = compute_share(pd.Series([1, 20, 30]))\n"
        "[compute_share(pd.Series([2, 16]), limit=n) for n in (1, 20)]"
    )
    kernel.ok("def test_none_is_late():\n    assert compute_share(pd.Series([1])) == 0")
    sent = _saving(
        kernel, "lathe.save_function(compute_share, [test_none_is_late], purpose='often asked')"
    )
    assert sent["tests"].count("def test_recorded_") == 3
    assert "def test_none_is_late():" in sent["tests"]
    assert (
        "compute_share(pd.Series([2, 16]), limit=20) == 0.0"
        in sent["tests"].replace("got == pytest.approx(0.0, nan_ok=True)", "")
        or "got = compute_share(pd.Series([2, 16]), limit=20)" in sent["tests"]
    )
    assert (sent["cells"], sent["purpose"], sent["left_out"]) == ([1, 2], "often asked", [])
    _passes(tmp_path, sent)
    found = examining.examined(sent["source"], sent["tests"], "function", "compute_share").findings
    assert [one for one in found if one.refusal] == []


def test_of_a_large_table_rows_from_all_over_are_kept_and_the_result_is_computed_of_them(
    kernel: Kernel, tmp_path: Path
):
    kernel.ok(_DEFINED)
    kernel.ok(
        "flights = pd.DataFrame({'carrier': ['UA', 'AA'] * 5000, 'delay': np.arange(1e4)})\n"
        "flights['month'] = 7\n"
        "means = summarise_delays(flights)"
    )
    sent = _saving(kernel, "lathe.save_function(summarise_delays)")
    assert "with some rows of its data" in sent["tests"]
    assert list(sent["fixtures"]) == ["recorded_1_flights.csv"]
    rows = base64.b64decode(sent["fixtures"]["recorded_1_flights.csv"]).decode().splitlines()
    assert len(rows) == 31
    assert (rows[1], rows[-1]) == ("UA,0.0,7", "AA,9999.0,7")
    _passes(tmp_path, sent)


def test_of_several_large_tables_the_first_rows_are_kept(kernel: Kernel, tmp_path: Path):
    kernel.ok(_DEFINED)
    kernel.ok(
        "def match_rows(left: pd.DataFrame, right: pd.DataFrame) -> int:\n"
        '    """Return how many rows have a partner.\n\n'
        "    >>> match_rows(pd.DataFrame({'k': [1]}), pd.DataFrame({'k': [1]}))\n    1\n"
        '    """\n'
        "    return len(left.merge(right, on='k'))\n"
        "one = pd.DataFrame({'k': np.arange(10_000)})\n"
    )
    kernel.ok("match_rows(one, one.head(5_000))")
    sent = _saving(kernel, "lathe.save_function(match_rows)")
    assert "assert got == 30" in sent["tests"]
    _passes(tmp_path, sent)


def test_functions_tracebacks_and_pickles_stay_as_they_are(kernel: Kernel):
    kernel.ok(_DEFINED)
    ran = kernel.run("compute_share('x')")
    plain = kernel.run("f = compute_share\nf('x')")
    assert "lathe" not in ran.error["traceback"]
    assert ran.error["traceback"].count("File") == plain.error["traceback"].count("File")
    text = kernel.ok(
        "import cloudpickle, inspect\n"
        "g = cloudpickle.loads(cloudpickle.dumps(compute_share))\n"
        "(compute_share is globals()['compute_share'], g.__name__,"
        " 'recorded' in str(compute_share.__code__.co_names),"
        " [n for n in globals() if 'lathe_rec' in n])"
    ).text
    assert text == "(True, 'compute_share', False, [])"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("write to jane.doe@example.com", ""),
        ("sk-abcdefghijklmnop1234", ""),
        ("AKIAIOSFODNN7EXAMPLE", ""),
        ("4111 1111 1111 1111", ""),
        (4111111111111111, ""),
        ("GB82 WEST 1234 5698 7654 32", ""),
        ("+49 30 1234567", ""),
        ("078-05-1120", ""),
        ("postgres://me:hunter2@host/db", ""),
        ("q8Zt3vX0pLw7Rk2YbN5c", ""),
        ("Meier", "last_name"),
        ({"password": "x"}, ""),
        ([{"note": "-----BEGIN RSA PRIVATE KEY-----"}], ""),
    ],
)
def test_what_looks_secret_or_personal_is_told(value: object, name: str):
    assert sensitive.reason(value, name)


@pytest.mark.parametrize(
    "value",
    [
        "UA",
        "2013-07-04T10:00:00",
        "late_aircraft_delay_minutes",
        "New York",
        336776,
        20130704,
        {"carrier": "UA", "month": 7},
        "departure delay of 12.5 minutes",
        "4111 1111 1111 1112",
    ],
)
def test_what_is_plain_data_is_not(value: object):
    assert sensitive.reason(value) == ""


def test_calls_with_secrets_are_left_out_and_named(kernel: Kernel):
    kernel.ok(_DEFINED.replace("limit: float = 15", "limit: float = 15, note: str = ''"))
    kernel.ok(
        "compute_share(pd.Series([1, 20]), note='jane@example.com')\n"
        "compute_share(pd.Series([1, 20]))"
    )
    sent = _saving(kernel, "lathe.save_function(compute_share)")
    assert sent["left_out"] == ["1 call: it holds what looks like an e-mail address"]
    assert "jane" not in str(sent)
    assert sent["tests"].count("def test_recorded_") == 1


def test_a_table_with_a_personal_column_is_left_out(kernel: Kernel):
    kernel.ok(_DEFINED)
    kernel.ok(
        "summarise_delays(pd.DataFrame({'carrier': ['UA'], 'delay': [1.0], 'email': ['a@b.de']}))"
    )
    sent = _saving(kernel, "lathe.save_function(summarise_delays)")
    assert (sent["tests"], sent["fixtures"]) == ("", {})
    assert sent["left_out"] == ["1 call: `email` sounds like personal data or a secret"]


def test_what_a_call_changes_afterwards_is_not_in_its_test(kernel: Kernel, tmp_path: Path):
    kernel.ok(
        'def count_words(words: list[str]) -> dict[str, float]:\n    """Return shares.\n\n'
        '    >>> count_words(["a"])\n    {\'a\': 1.0}\n    """\n'
        "    shares = {one: words.count(one) / len(words) for one in sorted(set(words))}\n"
        "    words.clear()\n    return shares"
    )
    kernel.ok("words = ['a', 'b', 'b']\nshares = count_words(words)\nshares['c'] = 1.0")
    sent = _saving(kernel, "lathe.save_function(count_words)")
    assert "['a', 'b', 'b']".replace("'", '"') in sent["tests"]
    assert '"c"' not in sent["tests"]
    _passes(tmp_path, sent)


def test_what_a_next_version_breaks_is_said_with_a_reason(kernel: Kernel):
    kernel.ok(_DEFINED)
    assert "breaks" not in _saving(kernel, "lathe.save_function(compute_share)")
    sent = _saving(
        kernel, "lathe.save_function(compute_share, breaks={'test_a': 'in percent now'})"
    )
    assert sent["breaks"] == {"test_a": "in percent now"}
    sent = _saving(
        kernel,
        "lathe.save_agent('analyst', 'Explain.', {'cause': str}, breaks={'test_b': 'renamed'})",
        "save_agent",
    )
    assert sent["breaks"] == {"test_b": "renamed"}
    for wrong in ("['test_a']", "{'test_a': ' '}", "{'test_a': 3}", "{1: 'x'}"):
        error = kernel.run(f"lathe.save_function(compute_share, breaks={wrong})").error
        assert "breaks" in error["message"]


def test_a_loop_of_many_calls_is_not_kept_whole(kernel: Kernel):
    kernel.ok(_DEFINED)
    kernel.ok("for n in range(5000):\n    compute_share(pd.Series([n]))")
    sent = _saving(kernel, "lathe.save_function(compute_share)")
    assert sent["tests"].count("def test_recorded_") == 5
    assert any("calls: " in one for one in sent["left_out"])


def test_examples_of_an_agent_are_checked_against_its_form_and_its_check(
    kernel: Kernel, tmp_path: Path
):
    kernel.ok("def check(result):\n    return result['cause'] != ''")
    code = (
        "lathe.save_agent('delay_analyst', 'Explain the delays in `data`.', {'cause': str},"
        " check=check, "
        "examples=[(pd.DataFrame({'d': [1, 2]}), {'cause': 'snow'})])"
    )
    sent = _saving(kernel, code, "save_agent")
    assert "def test_example_1():" in sent["tests"]
    _passes(tmp_path, sent)
    wrong = {**sent, "tests": sent["tests"].replace('"snow"', '""')}
    with pytest.raises(AssertionError):
        _passes(tmp_path, wrong)
