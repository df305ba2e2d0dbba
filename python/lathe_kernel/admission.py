"""The examination of a proposal in a kernel that holds nothing else.

This process runs none of the proposal: each part of it runs in a process of its own, side by side
with others, whose answers are read as what they are, the words of the code under test.
"""

import ast
import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, cast

from lathe_kernel import mutations
from lathe_kernel.examined_lanes import Lanes, LanesGone
from lathe_kernel.examined_process import Ended
from lathe_kernel.examined_runs import Run, TestOutcome
from lathe_kernel.mutations import Mutant

_IMPORT_SECONDS = 20.0
# What a run imports anew: this kernel's own, which could not call lathe there.
_NOT_AHEAD = ("lathe", "lathe_kernel")
_LEAST_SECONDS = 2.0
RECORDED = "test_recorded_"
# From here on tests that notice nothing are no accident; fewer where one took the result away.
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

    def files(self) -> dict[str, dict[str, bytes]]:
        """Return the files of each set of tests: its own, and those of the earlier version."""
        sets = {"own": self._files(self.tests, self.fixtures)}
        if self.earlier is not None:
            sets["earlier"] = self._files(*self.earlier)
        return sets

    def packages(self) -> list[str]:
        """Return what its source and its tests import, other than each other."""
        found: set[str] = set()
        for text in (self.source, self.tests):
            try:
                nodes = list(ast.walk(ast.parse(text)))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue  # The run of it says what is wrong.
            for node in nodes:
                if isinstance(node, ast.Import):
                    found |= {one.name for one in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module)
        return sorted(one for one in found if one.split(".")[0] not in (self.name, *_NOT_AHEAD))

    def _files(self, tests: str, fixtures: Mapping[str, bytes]) -> dict[str, bytes]:
        files = {f"{self.name}.py": self.source.encode("utf-8", "replace")}
        if tests.strip():
            files[f"test_{self.name}.py"] = tests.encode("utf-8", "replace")
        return files | {f"fixtures/{self.name}/{name}": data for name, data in fixtures.items()}


def examine(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Import a proposal, run its examples and tests, and change it to see whether tests notice.

    Never raises for anything that the proposal does.
    """
    proposal = _read(payload)
    report = _Report()
    until = time.monotonic() + proposal.seconds
    member = proposal.name if proposal.kind == "function" else None
    try:
        lanes = Lanes(proposal.name, member, proposal.files(), proposal.packages(), _left(until))
        try:
            _Examination(proposal, report, lanes, until).examine()
        finally:
            lanes.close()
    except LanesGone as error:
        report.refuse("tests-end", str(error))
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


@dataclass(frozen=True)
class _Examination:
    proposal: _Proposal
    report: _Report
    lanes: Lanes
    until: float

    def examine(self) -> None:
        proposal, report = self.proposal, self.report
        loaded = self.lanes.one(Run("load", min(_IMPORT_SECONDS, proposal.seconds)))
        if reason := _failure(loaded) or str(loaded.value.get("reason") or ""):
            report.refuse("import", f"as a file of its own it cannot be imported: {reason}")
            return
        ended = self._side_by_side()
        self._judge_examples(ended["doctests"])
        passed = self._judge_tests(ended["own"]) if "own" in ended else []
        if "own" in ended and report.tests is None:
            return
        if "earlier" in ended:
            self._judge_earlier(ended["earlier"])
        if not passed or report.tests is None or report.tests["failures"]:
            return
        is_changed = proposal.mutants > 0 and not report.findings
        reach = self._without(passed, is_traced=is_changed)
        if is_changed and not report.findings:
            self._find_survivors(ended["own"].seconds, reach)

    def _side_by_side(self) -> dict[str, Ended]:
        """Run the examples, the tests, and those of the earlier version."""
        left = _left(self.until)
        runs = {"doctests": Run("doctests", left)}
        if self.proposal.tests.strip():
            runs["own"] = Run("tests", left)
        if self.proposal.earlier is not None:
            runs["earlier"] = Run("tests", left, files="earlier")
        names = list(runs)
        return {names[place]: ended for place, ended in self.lanes.run(runs.values())}

    def _judge_examples(self, ran: Ended) -> None:
        if reason := _failure(ran):
            self.report.refuse("docstring-example-fails", f"its docstring's example: {reason}.")
            return
        for failure in _texts(ran.value.get("failures")):
            told = f"its docstring's example fails. {failure}"
            self.report.refuse("docstring-example-fails", told)

    def _judge_tests(self, ran: Ended) -> list[str]:
        """Look at its own tests; return those that passed."""
        report = self.report
        if reason := _failure(ran):
            report.refuse("tests-end", f"while its tests ran, {reason}.")
            return []
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
        return passed

    def _judge_earlier(self, ran: Ended) -> None:
        """Look at the tests of the approved version, which ran with the new source."""
        outcomes = _outcomes(ran, _MOST_EARLIER + 1)
        problem = _failure(ran) or ("" if outcomes else "pytest found none of them")
        if len(outcomes) > _MOST_EARLIER:
            outcomes, problem = [], f"there were more than {_MOST_EARLIER:,} of them"
        self.report.earlier = {
            "passed": [one["test"] for one in outcomes if not one["reason"]],
            "failures": [one for one in outcomes if one["reason"]],
            "problem": problem or None,
        }

    def _without(self, passed: list[str], *, is_traced: bool) -> dict[str, set[int]] | None:
        """Refuse tests that pass although the function does nothing but raise.

        Beside it, and where it is wanted, find the lines that each test reaches.
        """
        proposal, left = self.proposal, _left(self.until)
        runs = {"traced": Run("tests", left, is_traced=True)} if is_traced else {}
        if proposal.kind == "function":
            without = mutations.gutted(proposal.source, proposal.name)
            runs["without"] = Run("tests", left, source=without, is_told=False)
        names = list(runs)
        ended = {names[place]: ended for place, ended in self.lanes.run(runs.values())}
        still = {one["test"] for one in _outcomes(ended.get("without")) if not one["reason"]}
        for name in passed:
            if name in still:
                self.report.refuse(
                    "vacuous-test",
                    f"`{name}` passes although `{proposal.name}` was replaced by one that only "
                    "raises: compare what it gives with what it should.",
                )
        return _reached(ended.get("traced"))

    def _find_survivors(self, seconds: float, reach: dict[str, set[int]] | None) -> None:
        """Change the source in small ways, and list the changes that no test noticed."""
        changed, possible = mutations.mutants(self.proposal.source, self.proposal.mutants)
        tests = [_reaching(mutant, reach) for mutant in changed]
        # What no test reaches, none can notice.
        survivors = {place for place, reaching in enumerate(tests) if reaching is None}
        run = [place for place in range(len(changed)) if place not in survivors]
        tried = len(survivors)
        limit = max(_LEAST_SECONDS, 4 * seconds + 1)
        one = Run("tests", limit, is_short=True, is_told=False)
        wanted = (
            replace(one, source=changed[place].source, order=tests[place] or [])
            for place in run
            if time.monotonic() + limit <= self.until
        )
        for number, ended in self.lanes.run(wanted):
            tried += 1
            outcomes = _outcomes(ended) if ended.status == "answered" else []
            if outcomes and not any(one["reason"] for one in outcomes):
                survivors.add(run[number])
        self.report.mutation = {
            "mutants": tried,
            "noticed": tried - len(survivors),
            "survivors": [changed[place].change for place in sorted(survivors)],
            "possible": possible,
        }
        kept = self.report.mutation["survivors"]
        is_result_gone = any(one.endswith(mutations.RESULT_GONE) for one in kept)
        if (tried >= _ENOUGH or is_result_gone) and len(kept) == tried:
            self.report.refuse(
                "tests-notice-nothing",
                "its tests pass whatever is changed in it; "
                f"of {tried} changes they noticed none, such "
                f"as {kept[0]}. Compare whole results, also at the edges.",
            )


def _reached(ran: Ended | None) -> dict[str, set[int]] | None:
    """Return the lines that tests reach, by test; None where that is not known."""
    if ran is None or not isinstance(ran.value, dict):
        return None
    reach = cast("dict[str, object]", ran.value).get("reach")
    if not isinstance(reach, dict):
        return None
    listed = cast("dict[str, object]", reach)
    return {
        test: {one for one in cast("list[object]", lines) if isinstance(one, int)}
        for test, lines in listed.items()
        if isinstance(lines, list)
    }


def _reaching(mutant: Mutant, reach: dict[str, set[int]] | None) -> list[str] | None:
    """Return the tests that reach a change, to be run first; None where nothing reaches it."""
    if reach is None or not mutant.lines:
        return []
    tests = [test for test, lines in reach.items() if not lines.isdisjoint(mutant.lines)]
    return [one for one in tests if one] if tests else None


def _left(until: float) -> float:
    return max(until - time.monotonic(), _LEAST_SECONDS)


def _failure(ended: Ended) -> str:
    if ended.status == "answered":
        return "" if isinstance(ended.value, dict) else "it reported something else"
    return ended.reason


def _outcomes(ended: Ended | None, most: int = 200) -> list[TestOutcome]:
    if ended is None or not isinstance(ended.value, dict):
        return []
    listed = cast("dict[str, object]", ended.value).get("tests")
    found: list[TestOutcome] = []
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
