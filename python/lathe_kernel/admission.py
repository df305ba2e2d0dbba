"""The examination of a proposal in a kernel that holds nothing else.

This process runs none of the proposal: each part of it runs in a fork, whose answers are read as
what they are, the words of the code under test.
"""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, cast

from lathe_kernel import examined_process, examined_runs, mutations
from lathe_kernel.examined_process import Ended

_IMPORT_SECONDS = 20.0
_LEAST_SECONDS = 2.0
RECORDED = "test_recorded_"
# From here on tests that notice nothing are no accident.
_ENOUGH = 4
# A version has at most 100 tests of its own; one of them may have many cases.
_MOST_EARLIER = 2_000


class Told(TypedDict):
    """One finding: the rule that was broken, and what there is to mend."""

    rule: str
    reason: str


@dataclass
class _Report:
    findings: list[Told] = field(default_factory=list[Told])
    tests: dict[str, Any] | None = None
    mutation: dict[str, Any] | None = None
    earlier: dict[str, Any] | None = None

    def refuse(self, rule: str, reason: str) -> None:
        self.findings.append({"rule": rule, "reason": reason})

    def whole(self) -> dict[str, Any]:
        return {
            "findings": self.findings,
            "tests": self.tests,
            "mutation": self.mutation,
            "earlier": self.earlier,
        }


@dataclass(frozen=True)
class _Proposal:
    kind: str
    name: str
    source: str
    tests: str
    fixtures: Mapping[str, bytes]
    seconds: float
    mutants: int
    earlier: tuple[str, Mapping[str, bytes]] | None = None

    def files(self, source: str | None = None) -> dict[str, bytes]:
        files = {f"{self.name}.py": (source or self.source).encode("utf-8", "replace")}
        if self.tests.strip():
            files[self.test_file] = self.tests.encode("utf-8", "replace")
        return files | {
            f"fixtures/{self.name}/{name}": data for name, data in self.fixtures.items()
        }

    @property
    def test_file(self) -> str:
        return f"test_{self.name}.py"


def examine(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Import a proposal, run its examples and tests, and change it to see whether tests notice.

    Never raises for anything that the proposal does.
    """
    proposal = _read(payload)
    report = _Report()
    examined_runs.warm()
    try:
        _examine(proposal, report)
    except RuntimeError as error:
        report.refuse("leaves-processes", f"{error}: it starts processes that go on by themselves.")
    return report.whole()


def _read(payload: Mapping[str, Any]) -> _Proposal:
    earlier = cast("dict[str, Any] | None", payload.get("earlier"))
    return _Proposal(
        str(payload["kind"]),
        str(payload["name"]),
        str(payload["source"]),
        str(payload.get("tests") or ""),
        _fixtures(payload),
        float(payload["seconds"]),
        int(payload["mutants"]),
        (str(earlier["tests"]), _fixtures(earlier)) if earlier else None,
    )


def _fixtures(payload: Mapping[str, Any]) -> dict[str, bytes]:
    fixtures = cast("dict[str, str]", payload.get("fixtures") or {})
    return {name: base64.b64decode(text) for name, text in fixtures.items()}


def _examine(proposal: _Proposal, report: _Report) -> None:
    until = time.monotonic() + proposal.seconds
    member = proposal.name if proposal.kind == "function" else None
    loaded = examined_process.apart(
        examined_runs.load(proposal.name, member),
        proposal.files(),
        min(_IMPORT_SECONDS, proposal.seconds),
    )
    if reason := _failure(loaded) or str(loaded.value.get("reason") or ""):
        report.refuse("import", f"as a file of its own it cannot be imported: {reason}")
        return
    _run_examples(proposal, report, until)
    passed, seconds = list[str](), 0.0
    if proposal.tests.strip():
        passed, seconds = _run_tests(proposal, report, until)
        if report.tests is None:
            return
    _run_earlier(proposal, report, until)
    if not passed or report.tests is None or report.tests["failures"]:
        return
    if proposal.kind == "function":
        _find_vacuous(proposal, report, passed, until)
    if proposal.mutants > 0 and not report.findings:
        _find_survivors(proposal, report, seconds, until)


def _run_examples(proposal: _Proposal, report: _Report, until: float) -> None:
    ran = examined_process.apart(
        examined_runs.doctests(proposal.name), proposal.files(), _left(until)
    )
    if reason := _failure(ran):
        report.refuse("docstring-example-fails", f"its docstring's example: {reason}.")
        return
    for failure in _texts(ran.value.get("failures")):
        report.refuse("docstring-example-fails", f"its docstring's example fails. {failure}")


def _run_tests(proposal: _Proposal, report: _Report, until: float) -> tuple[list[str], float]:
    """Run the tests; return those that passed, and the seconds that they took."""
    ran = examined_process.apart(
        examined_runs.tests(proposal.test_file), proposal.files(), _left(until)
    )
    if reason := _failure(ran):
        report.refuse("tests-end", f"while its tests ran, {reason}.")
        return [], ran.seconds
    outcomes = _outcomes(ran)
    failures = [one for one in outcomes if one["reason"]]
    passed = [one["test"] for one in outcomes if not one["reason"]]
    report.tests = {
        "passed": len(passed),
        "failures": failures[:50],
        "recorded": sum(one.startswith(RECORDED) for one in passed),
        "seconds": round(ran.seconds, 3),
        "peak": ran.peak_bytes,
    }
    for one in failures[:20]:
        report.refuse("test-fails", f"`{one['test']}` fails: {one['reason']}")
    if len(failures) > 20:
        report.refuse("test-fails", f"{len(failures) - 20} more of its tests fail.")
    if not outcomes:
        report.refuse("tests-end", "pytest found none of its tests.")
    return passed, ran.seconds


def _run_earlier(proposal: _Proposal, report: _Report, until: float) -> None:
    """Run the tests of the approved version, with what they read, against the new source."""
    if proposal.earlier is None:
        return
    tests, fixtures = proposal.earlier
    before = replace(proposal, tests=tests, fixtures=fixtures)
    ran = examined_process.apart(
        examined_runs.tests(before.test_file), before.files(), _left(until)
    )
    outcomes = _outcomes(ran, _MOST_EARLIER + 1)
    problem = _failure(ran) or ("" if outcomes else "pytest found none of them")
    if len(outcomes) > _MOST_EARLIER:
        outcomes, problem = [], f"there were more than {_MOST_EARLIER:,} of them"
    report.earlier = {
        "passed": [one["test"] for one in outcomes if not one["reason"]],
        "failures": [one for one in outcomes if one["reason"]],
        "problem": problem or None,
    }


def _find_vacuous(proposal: _Proposal, report: _Report, passed: list[str], until: float) -> None:
    """Refuse tests that pass although the function does nothing but raise."""
    without = mutations.gutted(proposal.source, proposal.name)
    ran = examined_process.apart(
        examined_runs.tests(proposal.test_file), proposal.files(without), _left(until)
    )
    still = {one["test"] for one in _outcomes(ran) if not one["reason"]}
    for name in passed:
        if name in still:
            report.refuse(
                "vacuous-test",
                f"`{name}` passes although `{proposal.name}` was replaced by one that only raises: "
                "compare what it gives with what it should.",
            )


def _find_survivors(proposal: _Proposal, report: _Report, seconds: float, until: float) -> None:
    """Change the source in small ways, and list the changes that no test noticed."""
    changed, possible = mutations.mutants(proposal.source, proposal.mutants)
    limit = max(_LEAST_SECONDS, 4 * seconds + 1)
    tried, survivors = 0, list[str]()
    for mutant in changed:
        if time.monotonic() + limit > until:
            break
        ran = examined_process.apart(
            examined_runs.tests(proposal.test_file, first_failure=True),
            proposal.files(mutant.source),
            limit,
        )
        tried += 1
        outcomes = _outcomes(ran) if ran.status == "answered" else []
        if outcomes and not any(one["reason"] for one in outcomes):
            survivors.append(mutant.change)
    report.mutation = {
        "mutants": tried,
        "noticed": tried - len(survivors),
        "survivors": survivors,
        "possible": possible,
    }
    if tried >= _ENOUGH and len(survivors) == tried:
        report.refuse(
            "tests-notice-nothing",
            f"its tests pass whatever is changed in it; of {tried} changes they noticed none, such "
            f"as {survivors[0]}. Compare whole results, also at the edges.",
        )


def _left(until: float) -> float:
    return max(until - time.monotonic(), _LEAST_SECONDS)


def _failure(ended: Ended) -> str:
    if ended.status == "answered":
        return "" if isinstance(ended.value, dict) else "it reported something else"
    return ended.reason


def _outcomes(ended: Ended, most: int = 200) -> list[examined_runs.TestOutcome]:
    if not isinstance(ended.value, dict):
        return []
    listed = cast("dict[str, object]", ended.value).get("tests")
    found: list[examined_runs.TestOutcome] = []
    for one in cast("list[object]", listed) if isinstance(listed, list) else []:
        if isinstance(one, dict):
            fields = cast("dict[str, object]", one)
            test, reason = str(fields.get("test"))[:200], str(fields.get("reason") or "")[:1500]
            found.append({"test": test, "reason": reason})
    return found[:most]


def _texts(value: object) -> list[str]:
    return (
        [str(one)[:1500] for one in cast("list[object]", value)[:5]]
        if isinstance(value, list)
        else []
    )
