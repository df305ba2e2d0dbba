"""Roundtables, handoffs and plans as a user has them: killed midway, gone on with, replayed."""

import json
import subprocess
import sys
from typing import Any

import pytest

from lathe_kernel import packages
from tests_program.endpoint import MODEL, Code, Line, ModelServer, Refusal, Text
from tests_program.killing import killed_when
from tests_program.program import ROOT, Lathe

pytestmark = pytest.mark.slow

_NAMES = ("hour sceptic", "carrier advocate", "weather purist", "base rate clerk")
_STANCES = (
    "the hour alone explains it",
    "carriers differ whatever the hour",
    "nothing but storms matters",
    "all groups are equally late",
)
_EVIDENCE = 'e = lathe.evidence("mean delay, minutes", data["delay"].mean())\n'


def _convened() -> str:
    experts = [
        {
            "name": name,
            "perspective": f"sees what a {name} sees",
            "stance": stance,
            "analysis": "means of delay",
            "thinking": "counts",
            "opposes": [_NAMES[(index + 1) % 4]],
        }
        for index, (name, stance) in enumerate(zip(_NAMES, _STANCES, strict=True))
    ]
    return json.dumps({"obvious": "the carrier decides", "experts": experts})


def _said(key: str, round_: int) -> str:
    own = f'[{{"claim": "{key}1", "now": "hold", "why": "it stands"}}]'
    if round_ == 1:
        return (
            _EVIDENCE + 'lathe.answer({"claims": [{"claim": f"the mean delay is '
            "{data['delay'].mean():.1f} minutes\", "
            '"evidence": [e], "confidence": 0.8, "would_change": "more rows"}]})'
        )
    if round_ == 2:
        other = "B1" if key == "A" else "A1"
        return (
            _EVIDENCE + f'lathe.answer({{"challenges": [{{"of": "{other}", "challenge": "the mean '
            f'hides the spread", "verdict": "weakens", "evidence": [e]}}], "own": {own}}})'
        )
    return (
        'lathe.answer({"position": "the mean stands", "confidence": 0.6, "would_change": "rows", '
        f'"own": {own}}})'
    )


_SYNTHESIS = """
lathe.answer({"consensus": [{"statement": "the mean delay is 4.0 minutes", "claims": ["A1", "B1"]}],
    "dissent": [{"question": "does the mean delay hide the spread", "why": "another cut",
    "sides": [{"seats": ["A"], "position": "the mean delay is 4.0 minutes", "claims": ["A1"]},
              {"seats": ["C"], "position": "the mean hides the spread", "claims": ["C!1"]}],
    "settle": "the spread of the delay by hour"}]})
"""


class Table(ModelServer):
    """Answers each seat by what it is asked, in whatever order the seats ask."""

    def line(self, index: int, request: dict[str, Any]) -> Line:
        """Give the reply to a request by its words."""
        text = json.dumps(request["messages"])
        if "First say the obvious answer" in text:
            return Text(_convened())
        if "You are roundtable_synthesiser" in text:
            return Code(_SYNTHESIS)
        for key, name in zip("ABCD", _NAMES, strict=True):
            for round_ in (1, 2, 3):
                if f"Slice: {name} round {round_}" in text:
                    return Code(_said(key, round_))
        if "The task asks for a roundtable" in text:
            return Code("lathe.answer(table.markdown())")
        return Refusal(400, "the script has no such line")


def test_a_killed_roundtable_goes_on_is_shown_and_replayed(lathe: Lathe) -> None:
    lathe.write("flights.csv", "carrier,delay\nUA,1\nAA,3\nUA,8\n")
    with Table() as server:
        user = lathe.having(**server.variables)
        question = 'Is it "the hour" or the carrier?'
        ask = ("ask", "--roundtable", question, "--data", "flights.csv", "-m", MODEL, "-s", "s")
        killed_when(user, "s", "subtask_finished", 6, *ask, "--quiet")
        done = user.run("resume", "s")
        assert done.code == 0, done
        assert "the mean delay is 4.0 minutes (A1, B1)" in done.out
        assert len(server.requests) <= 15 + 4, "replies that arrived were paid again"
    (cell,) = [one.data for one in lathe.events("s", "cell_started") if one.place == "coordinator"][
        -2:-1
    ]
    assert (cell["author"], cell["number"]) == ("form", 1)
    assert lathe.outcome("s")["subtasks"] == 13
    shown = lathe.run("sessions", "show", "s").out
    assert "roundtable 1, round 3 of 3: A, B, C, D" in shown
    assert "roundtable 1 complete: 1 agreed, 1 disputed" in shown
    assert len(lathe.events("s", "roundtable_round")) == 3
    replayed = lathe.run("replay", "s", "--session", "again", "--quiet")
    assert (replayed.code, replayed.err) == (0, ""), replayed
    assert [one.data["round"] for one in lathe.events("again", "roundtable_round")] == [1, 2, 3]


def test_the_recorded_roundtable_on_336_776_flights_comes_to_the_same_figures(lathe: Lathe) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/demo-data", lathe.project], check=True)
    data = ["--data", "flights.csv", "--data", "weather.csv"]
    done = lathe.run("replay", f"{ROOT}/demo/airlines-or-airports.jsonl", *data, "-s", "r", "-q")
    assert (done.code, done.err) == (0, ""), done
    assert "bad hours hold 20.6% of all delay minutes" in done.out
    assert "Given up in the course of it: B2, by its own expert." in done.out
    flights = packages.pandas().read_csv(lathe.project / "flights.csv")
    total = flights["dep_delay"].var(ddof=0)
    slots = flights.groupby(["origin", "hour"])["dep_delay"].transform("mean")
    share = slots[flights["dep_delay"].notna()].var(ddof=0) / total
    (said,) = [
        one.data["value"]["claims"][0]
        for one in lathe.events("r", "subtask_finished")
        if one.data["label"] == "runway economist round 1"
    ]
    assert said["evidence"][1]["value"] == pytest.approx(share)
    (closed,) = lathe.events("r", "roundtable_closed")
    assert (closed.data["status"], closed.data["consensus"], closed.data["dissent"]) == (
        "complete",
        3,
        3,
    )


def test_the_recorded_handoff_is_declined_rolled_back_and_done_in_another_way(lathe: Lathe) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/demo-data", lathe.project], check=True)
    recording = f"{ROOT}/demo/late-in-july.jsonl"
    done = lathe.run("replay", recording, "--data", "flights.csv", "-s", "h", "--quiet")
    assert done.code == 0, done
    assert "an AUC of 0.659; its Brier score is 0.1131, the mean's 0.1169" in done.out
    kinds = [one.kind for one in lathe.events("h") if one.kind.startswith("handoff")]
    assert kinds == [
        "handoff_initiated",
        "handoff_declined",
        "handoff_rolled_back",
        "handoff_initiated",
        "handoff_accepted",
        "handoff_completed",
    ]
    (told,) = [
        one.data["stdout"]["head"]
        for one in lathe.events("h", "cell_finished")
        if one.place == "coordinator" and one.data["number"] == 3
    ]
    # What was set just before the first handoff is there after its rollback, its result is not.
    assert told.startswith("handed over False\n")
    shown = lathe.run("sessions", "show", "h").out
    assert "handoff 2 completed by subtask://2" in shown


def test_the_recorded_plan_over_three_data_sets_is_complete_without_its_optional_step(
    lathe: Lathe,
) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/demo-data", lathe.project], check=True)
    data = [f"--data={name}.csv" for name in ("flights", "weather", "planes")]
    done = lathe.run("replay", f"{ROOT}/demo/older-planes.jsonl", *data, "-s", "r", "-q")
    assert (done.code, done.err) == (0, ""), done
    assert "ten years more go with 1.2 minutes" in done.out
    (ended,) = lathe.events("r", "plan_ended")
    assert ended.data["status"] == "complete"
    course = [
        (one.data["step"], one.data["state"], one.data["attempt"])
        for one in lathe.events("r", "plan_step")
        if one.data["state"] in ("complete", "failed")
    ]
    assert sorted(course) == [
        ("ages", "complete", 1),
        ("bad_weather", "complete", 1),
        ("compare", "complete", 1),
        ("hours_flown", "failed", 1),
        ("hours_flown", "failed", 2),
    ]
    flights = packages.pandas().read_csv(lathe.project / "flights.csv")
    planes = packages.pandas().read_csv(lathe.project / "planes.csv")
    known = planes[planes["year"].notna() & (planes["tailnum"] != "N14629")]
    (compared,) = [
        one.data["value"]
        for one in lathe.events("r", "subtask_finished")
        if one.data["label"] == "compare"
    ]
    assert compared["lost"]["no_age"] == int((~flights["tailnum"].isin(known["tailnum"])).sum())
    assert compared["lost"]["not_departed"] == int(flights["dep_delay"].isna().sum())
