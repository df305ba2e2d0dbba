"""A few of the points of `make faults`: processes ended in the middle of a task."""

from pathlib import Path

import pytest

from lathe_faults.clock import SettableClock
from lathe_faults.disturbed import Disturbed, Point
from tests_program.endpoint import MODEL, ModelServer, Refusal, Text
from tests_program.program import PATIENCE, Lathe
from tests_program.test_endings import wait_until


@pytest.mark.parametrize(
    "point",
    [
        Point("lathe", 33, 0),
        Point("template", 30, 0),
        Point("subtask", 38, 0),
        Point("reader", 12, 0),
        *[
            pytest.param(Point(*each), marks=pytest.mark.slow)
            for each in (
                ("lathe", 2, 0),
                ("lathe", 21, 0),
                ("lathe", 52, 0),
                ("lathe", 77, 0),
                ("kernel", 30, 0),
                ("reader", 2, 10),
                ("clock ahead", 35, 0),
                ("clock back", 36, 0),
            )
        ],
    ],
    ids=lambda point: f"{point.target}-{point.event}",
)
def test_a_task_comes_to_the_same_end(point: Point, tmp_path: Path) -> None:
    verdict = Disturbed(tmp_path / "user").run(point)
    assert verdict.problem == ""
    assert verdict.hit


@pytest.mark.parametrize("seconds", [86_400 * 365, -86_400 * 365])
def test_a_wait_that_a_provider_asked_for_is_as_long_when_the_clock_is_set(
    lathe: Lathe, tmp_path: Path, seconds: int
) -> None:
    clock = SettableClock.in_folder(tmp_path)
    busy = Refusal(429, "slow down", headers={"retry-after": "1"})
    with ModelServer(busy, Text("here it is")) as server:
        user = lathe.having(**server.variables, **clock.variables)
        process = user.start("ask", "Go", "-m", MODEL, "-s", "s", "-q", "--time-limit", "30min")
        wait_until(lambda: len(server.requests) == 1)
        clock.set(seconds)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (0, "here it is\n"), err
    assert 1 <= lathe.outcome("s")["seconds"] < 1_000
