"""Tasks that one tool answers, and the words that a model would look for it with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Task:
    """A task of twenty words and the one call that is correct for it."""

    words: str
    need: str
    """What is searched for, where tools have to be found: the same words for everybody."""
    server: str
    tool: str
    arguments: Mapping[str, Any]
    answer: Mapping[str, Any]
    """What the tool answers, as its schema wants it."""

    @property
    def code(self) -> str:
        """The arguments as they are written in Python."""
        return ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())


def _time(zone: str, moment: str) -> dict[str, Any]:
    return {"timezone": zone, "datetime": moment, "day_of_week": "Saturday", "is_dst": False}


TASKS = (
    Task(
        "Our call with Berlin starts at 16:30 there; find out what time that is in Tokyo and tell "
        "me that.",
        "convert a time between timezones",
        "time",
        "convert_time",
        {"source_timezone": "Europe/Berlin", "time": "16:30", "target_timezone": "Asia/Tokyo"},
        {
            "source": _time("Europe/Berlin", "2026-11-21T16:30:00+01:00"),
            "target": _time("Asia/Tokyo", "2026-11-22T00:30:00+09:00"),
            "time_difference": "+8.0h",
        },
    ),
)
