"""What it costs that nothing is forgotten: durable events, turns, and going on with a session."""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.run import Run

LENGTHS = (10, 100, 1_000, 10_000)
NAMES = ("durable_events", "durable_events_8_writers", "turn_journaling")
RESUMES = tuple(f"resume_{length}_turns" for length in LENGTHS)
_EVENTS = 400
_TURNS = 60
_MOST_SECONDS = 2.0
_MILLI = 1000.0
_DATA = '{"call":1,"name":"answer","isRecorded":false,"value":{"accepted":true}}'


def durable(run: Run) -> Iterator[Line]:
    """Events against bare SQLite with the same settings, on the same disk, in the same run."""
    count = run.times(_EVENTS)
    bare = statistics.median(_bare(count))
    ours = statistics.median(run.lathe.step("events", count=count).seconds)
    peer = "bare SQLite, WAL, synchronous=FULL"
    yield Figure("durable_events", ours * _MILLI, bare * _MILLI, peer, "ms an event")
    (together,) = run.lathe.step("eventsAtOnce", count=8 * count).seconds
    yield Figure(
        "durable_events_8_writers",
        together / (8 * count) * _MILLI,
        bare * _MILLI,
        peer,
        "ms an event",
    )
    turns = statistics.median(run.lathe.step("turns", count=run.times(_TURNS)).seconds)
    yield Floor("turn_journaling", turns * _MILLI, "ms a turn", "five events, four of them durable")


def resumes(run: Run) -> Iterator[Line]:
    """The time to read and fold a session that was killed; it must grow about linearly."""
    took: dict[int, float] = {}
    for length in LENGTHS[: -1 if run.quick else None]:
        (took[length],) = run.lathe.step("resume", count=length).seconds
        yield Floor(f"resume_{length}_turns", took[length] * _MILLI, "ms", "read and folded")
    longest, before = max(took), sorted(took)[-2]
    if took[longest] > _MOST_SECONDS:
        raise BenchError(f"{longest} turns take {took[longest]:.1f} s to take up")
    if took[longest] > 3 * took[before] * longest / before:
        raise BenchError(f"{longest} turns take {took[longest] / took[before]:.0f} times {before}")


def _bare(count: int) -> list[float]:
    """Insert rows like those of the journal, each in a transaction of its own."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        path = Path(folder) / "bare.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as bare:
            bare.execute("PRAGMA journal_mode = WAL")
            bare.execute("PRAGMA synchronous = FULL")
            bare.execute(
                "CREATE TABLE event (sequence INTEGER PRIMARY KEY, time REAL, place TEXT, "
                "kind TEXT, epoch INTEGER, data TEXT)"
            )
            for index in range(count):
                row = (index + 1, time.time(), "coordinator", "host_answered", 1, _DATA)
                began = time.perf_counter()
                bare.execute("BEGIN IMMEDIATE")
                bare.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", row)
                bare.execute("COMMIT")
                seconds.append(time.perf_counter() - began)
    return seconds
