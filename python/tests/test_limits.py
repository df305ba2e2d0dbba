from typing import Any

import pytest
from kernels import Kernel

from lathe_library import facts, limits
from lathe_library.refusals import Refusal

_AGENT = '''"""Explain one carrier."""

INSTRUCTIONS = """Look at `data`."""
RETURNS = None
LIMITS = {}
'''


def test_limits_are_read_with_their_units() -> None:
    given = {"memory": "2GB", "cell": "10min", "cpu": 60, "processes": 64, "file": "1.5 GiB"}
    assert limits.checked(given) == {
        "memory": 2_000_000_000,
        "cell": 600,
        "cpu": 60,
        "processes": 64,
        "file": 1_610_612_736,
    }
    assert limits.checked(None) is None
    assert limits.checked({}) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ram": "2GB"}, "there is no limit 'ram'; there are memory, cell"),
        ({"disk": "2GB"}, "limit `disk` is the whole session's"),
        ({"memory": "much"}, "limit `memory` is written '2GB', not 'much'"),
        ({"memory": "."}, "is written"),
        ({"memory": True}, "is written"),
        ({"memory": 12}, "is from 32,000,000 to"),
        ({"cell": "nan"}, "is written"),
        ({"cell": float("nan")}, "is from 1 to"),
        ([("memory", 1)], "limits are a dict"),
        ({1: 2}, "there is no limit 1"),
    ],
)
def test_what_is_no_limit_is_refused_with_the_mend(given: Any, said: str) -> None:
    with pytest.raises(Refusal, match="limit") as refused:
        limits.checked(given)
    assert said in str(refused.value)


def test_the_reader_checks_the_limits_of_an_agent() -> None:
    assert facts.read(_AGENT.replace("{}", '{"cell": 60}'), "agent", "one").limits == {"cell": 60}
    assert facts.read(_AGENT.replace("LIMITS = {}\n", ""), "agent", "one").limits is None
    with pytest.raises(Refusal, match="LIMITS: there is no limit"):
        facts.read(_AGENT.replace("{}", '{"speed": 1}'), "agent", "one")
    with pytest.raises(Refusal):
        facts.read(_AGENT.replace("{}", "dict(cell=60)"), "agent", "one")


def test_a_limit_that_cannot_be_is_told_before_anything_starts(kernel: Kernel) -> None:
    ran = kernel.run("lathe.delegate('analyst', limits={'memory': '2 potatoes'})")
    assert ran.error["message"].startswith("limits: limit `memory` is written '2GB'")
    assert ran.calls == []
