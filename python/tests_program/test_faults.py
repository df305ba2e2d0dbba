"""A few of the points of `make faults`: processes ended in the middle of a task."""

from pathlib import Path

import pytest

from lathe_faults.disturbed import Disturbed, Point


@pytest.mark.parametrize(
    "point",
    [
        Point("lathe", 2, 0),
        Point("lathe", 9, 4),
        Point("lathe", 21, 0),
        Point("lathe", 33, 0),
        Point("lathe", 41, 8),
        Point("lathe", 52, 0),
        Point("lathe", 64, 3),
        Point("lathe", 77, 0),
        Point("kernel", 30, 0),
        Point("subtask", 38, 0),
    ],
    ids=lambda point: f"{point.target}-{point.event}",
)
def test_a_task_comes_to_the_same_end(point: Point, tmp_path: Path) -> None:
    verdict = Disturbed(tmp_path / "user").run(point)
    assert verdict.problem == ""
    assert verdict.hit
