"""What running a proposal in a kernel of its own finds, and what poisoned ones end in."""

import ast
import json
import os
import sys
from pathlib import Path
from typing import Any

import admission_set
import pytest
from kernels import Kernel

from lathe_kernel import mutations
from lathe_kernel.examined_reach import Reach

_SOURCE = '''import pandas as pd


def compute_share(delays: pd.Series, limit: float = 15) -> float:
    """Return the share of delays above a limit.

    >>> compute_share(pd.Series([1, 20]))
    0.5
    """
    if len(delays) == 0:
        return 0.0
    return float((delays > limit).mean())
'''
_TESTS = """import pandas as pd

from compute_share import compute_share


def test_recorded_1():
    assert compute_share(pd.Series([1, 15, 20, 30])) == 0.5


def test_empty():
    assert compute_share(pd.Series([], dtype=float)) == 0.0
"""


def _examined(
    kernel: Kernel, source: str = _SOURCE, tests: str = _TESTS, **rest: Any
) -> dict[str, Any]:
    return kernel.examine(name="compute_share", source=source, tests=tests, **rest)


def _rules(report: dict[str, Any]) -> list[str]:
    return sorted({one["rule"] for one in report["findings"]})


def test_a_good_proposal_passes_and_its_tests_notice_changes(kernel: Kernel):
    report = _examined(kernel, mutants=40, seconds=120)
    assert report["findings"] == []
    tests = report["tests"]
    assert (tests["passed"], tests["failures"], tests["recorded"]) == (2, [], 1)
    assert tests["seconds"] > 0
    mutation = report["mutation"]
    assert mutation["mutants"] == mutation["possible"] >= 6
    # The empty case gives nan without the early return, and the default of the limit matters.
    assert "line 11: `return 0.0` became `return None`" not in mutation["survivors"]
    assert "line 12: > became >=" not in mutation["survivors"]
    assert mutation["noticed"] >= mutation["mutants"] - 1


def test_what_no_test_notices_is_named(kernel: Kernel):
    tests = _TESTS.replace("[1, 15, 20, 30]", "[1, 20]")
    report = _examined(kernel, tests=tests, mutants=40)
    assert "line 12: > became >=" in report["mutation"]["survivors"]
    assert report["findings"] == []


_POISONED: dict[str, tuple[str, str, str]] = {
    "an example that is wrong": (
        "docstring-example-fails",
        _SOURCE.replace("    0.5\n", "    0.25\n"),
        _TESTS,
    ),
    "a module that ends the process": ("import", f"import os\n{_SOURCE}\nos._exit(0)\n", _TESTS),
    "a module that raises": ("import", f"{_SOURCE}\n1 / 0\n", _TESTS),
    "a module that never ends": ("import", f"{_SOURCE}\nimport time\n\ntime.sleep(1e6)\n", _TESTS),
    "a test that fails": ("test-fails", _SOURCE, _TESTS.replace("== 0.5", "== 0.25")),
    "a test that is skipped": (
        "test-fails",
        _SOURCE,
        f"{_TESTS}\n\ndef test_c():\n    import pytest\n    pytest.skip('no')\n",
    ),
    "a test that ends the process": (
        "tests-end",
        _SOURCE,
        f"{_TESTS}\n\ndef test_c():\n    import os\n    os._exit(0)\n",
    ),
    "a test that never ends": (
        "tests-end",
        _SOURCE,
        f"{_TESTS}\n\ndef test_c():\n    import time\n\n    time.sleep(1e6)\n",
    ),
    "a test that passes whatever the function does": (
        "vacuous-test",
        _SOURCE,
        f"{_TESTS}\n\ndef test_c():\n    try:\n        compute_share(pd.Series([1]))\n"
        "    except BaseException:\n        pass\n",
    ),
    "a module that makes pytest pass everything": (
        "vacuous-test",
        f"import pytest\n\npytest.Function.runtest = lambda self: None\n\n{_SOURCE}",
        _TESTS,
    ),
    "tests that notice nothing": (
        "tests-notice-nothing",
        _SOURCE,
        "import pandas as pd\n\nfrom compute_share import compute_share\n\n\n"
        "def test_type():\n    assert compute_share(pd.Series([1, 20])) is not Ellipsis\n",
    ),
    "a test that notices nothing of a short function": (
        "tests-notice-nothing",
        _SOURCE.replace("    if len(delays) == 0:\n        return 0.0\n", "")
        .replace("limit: float = 15", "limit: float")
        .replace("[1, 20]))", "[1, 20]), 15)"),
        "import pandas as pd\n\nfrom compute_share import compute_share\n\n\n"
        "def test_type():\n    assert compute_share(pd.Series([1, 20]), 15) is not Ellipsis\n",
    ),
    "a test with a forged report": (
        "tests-end",
        _SOURCE,
        f"{_TESTS}\n\ndef test_c():\n    import os\n    for number in range(3, 20):\n"
        "        try:\n            os.write(number, b'{\"tests\": 3')\n"
        "        except OSError:\n            pass\n",
    ),
}


@pytest.mark.parametrize("what", _POISONED)
def test_a_poisoned_proposal_is_refused_by_rule(kernel: Kernel, what: str):
    rule, source, tests = _POISONED[what]
    if "never" in what:
        # On a busy machine what comes before may use up the time as well.
        assert rule in _rules(_examined(kernel, source, tests, seconds=10))
    else:
        assert _rules(_examined(kernel, source, tests, mutants=10, seconds=120)) == [rule]


_PERCENT = _SOURCE.replace("    0.5\n", "    50.0\n").replace("float((", "100 * float((")


def _earlier(tests: str = _TESTS, **fixtures: str) -> dict[str, Any]:
    return {"tests": tests, "fixtures": fixtures}


def test_tests_of_the_approved_version_run_with_the_new_source_and_their_own_files(kernel: Kernel):
    tests = (
        f"{_TESTS}\n\ndef test_file():\n    text = open('fixtures/compute_share/a.csv').read()\n"
    )
    tests += "    assert compute_share(pd.Series([int(text)])) == 100.0\n"
    own = _TESTS.replace("== 0.5", "== 50.0")
    earlier = _earlier(tests, **{"a.csv": "MjA="})
    report = _examined(kernel, _PERCENT, own, earlier=earlier, seconds=120)
    assert (report["findings"], report["tests"]["passed"]) == ([], 2)
    assert sorted(report["earlier"]["passed"]) == ["test_empty", "test_file"]
    [broken] = report["earlier"]["failures"]
    assert broken["test"] == "test_recorded_1"
    assert "50.0 == 0.5" in broken["reason"]
    assert report["earlier"]["problem"] is None
    # Without tests of its own it has those of the version before all the same.
    assert _examined(kernel, tests="", earlier=_earlier())["earlier"]["failures"] == []


def test_a_run_of_the_approved_tests_that_gives_nothing_says_why(kernel: Kernel):
    gone = _earlier("from compute_share import gone\n\n\ndef test_a():\n    gone()\n")
    [broken] = _examined(kernel, earlier=gone)["earlier"]["failures"]
    assert broken["test"] == "test_compute_share.py"
    ended = _earlier("import os\n\n\ndef test_a():\n    os._exit(0)\n")
    assert _examined(kernel, earlier=ended)["earlier"]["problem"]
    assert _examined(kernel, earlier=_earlier("x = 1\n"))["earlier"]["problem"] == (
        "pytest found none of them"
    )


def test_every_mutant_is_python_and_differs():
    found, possible = mutations.mutants(_SOURCE, 5)
    assert (len(found), len({one.source for one in found})) == (5, 5)
    assert possible > 5
    plain = ast.unparse(ast.parse(_SOURCE))
    for one in found:
        assert ast.unparse(ast.parse(one.source)) != plain
    assert mutations.mutants(_SOURCE, 100)[1] == len(mutations.mutants(_SOURCE, 100)[0])


@pytest.mark.parametrize("what", admission_set.PROPOSALS)
def test_side_by_side_a_report_is_what_it_was_one_after_the_other(kernel: Kernel, what: str):
    recorded = json.loads(admission_set.RECORDED.read_text(encoding="utf-8"))
    report = kernel.examine(**admission_set.PROPOSALS[what])
    assert admission_set.settled(report) == recorded[what]


def test_what_ends_the_processes_that_run_it_is_refused(kernel: Kernel):
    ends = "\n\ndef test_c():\n    import os, signal\n    os.kill(os.getppid(), signal.SIGKILL)\n"
    report = _examined(kernel, tests=_TESTS + ends, seconds=120)
    assert _rules(report) == ["tests-end"]
    assert "it ended the process that ran it" in report["findings"][0]["reason"]


def test_a_package_that_starts_threads_is_imported_by_each_run(kernel: Kernel):
    source = _SOURCE.replace("import pandas as pd\n", "import pandas as pd\nimport polars as pl\n")
    source = source.replace(
        "(delays > limit).mean()", "(pl.Series(delays.to_list()) > limit).mean()"
    )
    report = _examined(kernel, source, mutants=3, seconds=120)
    assert report["findings"] == []
    assert report["mutation"]["mutants"] == 3


def test_lines_are_known_by_the_test_that_reached_them(tmp_path: Path):
    file = tmp_path / "module.py"
    file.write_text("def f(a):\n    if a:\n        return 1\n    return 2\n")
    names: dict[str, Any] = {}
    with Reach(file) as reach:
        exec(compile(file.read_text(), str(file), "exec"), names)
        for reach.test, given in (("test_a", True), ("test_b", False)):
            names["f"](given)
    found = reach.listed()
    assert found == {"": [1], "test_a": [2, 3], "test_b": [2, 4]}


def test_nothing_is_known_of_lines_where_not_all_was_seen(tmp_path: Path):
    with Reach(tmp_path / "a.py") as taken:
        sys.settrace(None)
    with Reach(tmp_path / "b.py") as forked:
        process = os.fork()
        if process == 0:
            os._exit(0)
        os.waitpid(process, 0)
    assert (taken.listed(), forked.listed()) == (None, None)
