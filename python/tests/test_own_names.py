"""Needs in a model's words, and what `lathe` itself has for them."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import MakeKernel
from kernels import Answer

_NEEDS = {
    "plan steps that depend on each other": "plan",
    "have opposed experts examine a question": "roundtable",
    "combine results of several subtasks into one answer": "synthesise",
    "hand a goal over to another agent": "handoff",
    "read a large csv of flights quickly": "load_csv",
    "remember a fact for later sessions": "remember",
    "write down a guess in the ledger": "note",
}
_OTHERS = (
    "mean delay by carrier and month",
    "count words in reviews of products",
    "add a contact to the crm",
    "resample a time series to days",
    "detect outliers in prices",
)


@pytest.fixture
def found(make_kernel: MakeKernel) -> Callable[[str], list[str]]:
    kernel = make_kernel()
    kernel.start()

    def find(_arguments: dict[str, Any], _received: list[int]) -> Answer:
        return {"value": {"text": "nothing fits"}}, []

    kernel.handlers["find"] = find

    def ask(need: str) -> list[str]:
        return kernel.ok(f"print(lathe.find({need!r}))").stdout.splitlines()

    return ask


def test_needs_that_lathe_itself_meets_are_told_behind_what_was_found(
    found: Callable[[str], list[str]],
) -> None:
    for need, name in _NEEDS.items():
        lines = found(need)
        assert lines[0] == "nothing fits"
        assert lines[1].startswith(f"lathe.{name}: "), (need, lines)
        assert lines[1].endswith(f"See help(lathe.{name})."), lines
    for need in _OTHERS:
        assert found(need) == ["nothing fits"], need
