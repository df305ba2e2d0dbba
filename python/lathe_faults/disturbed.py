"""One run of the task with a process ended in the middle, gone on with, and compared."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lathe_faults import script
from lathe_faults.clock import SettableClock
from tests_program import processes
from tests_program.endpoint import MODEL
from tests_program.program import PATIENCE, Done, Lathe

TARGETS = ("lathe", "template", "kernel", "subtask", "reader", "clock ahead", "clock back")
# By how much a clock is set: less than any bound of lathe's would notice, and more.
_HOUR, _YEARS = 3_600, 10 * 365 * 86_400
_MOST_RESUMES = 5
_ASK = ("ask", script.TASK, "-m", MODEL, "-d", "sales.csv", "-s", "s", "-q")
_NEWEST = "SELECT coalesce(max(sequence), 0) FROM event"


@dataclass(frozen=True)
class Point:
    """Which process is ended, once there are so many events, and how many milliseconds after.

    Or whether the clock is set ahead or back while lathe runs: at odd events by an hour, at even
    ones by ten years.

    Of a reader of the library, which lives for a moment, it is the next one after that event, so
    many milliseconds after it began.
    """

    target: str
    event: int
    delay: float

    @property
    def is_clock(self) -> bool:
        """Whether no process is ended."""
        return self.target.startswith("clock")


@dataclass(frozen=True)
class Verdict:
    """What came of it: `problem` is empty where all is as in a run that nothing disturbed."""

    hit: bool
    """Whether there was such a process then."""
    resumes: int
    problem: str


class Disturbed:
    """A user of their own, in a folder of their own, with one disturbed session."""

    def __init__(self, folder: Path) -> None:
        """Make the user and the data."""
        self._folder = folder
        self._lathe = Lathe.in_folder(folder)
        self._lathe.write("sales.csv", script.DATA)
        self._clock: SettableClock | None = None

    def run(self, point: Point | None) -> Verdict:
        """Run the task, end the process at the point, go on, and compare."""
        with script.TaskServer() as server:
            user = self._lathe.having(**server.variables)
            if point is not None and point.is_clock:
                self._clock = SettableClock.in_folder(self._folder)
                user = user.having(**self._clock.variables)
            hit, done = self._until_end(user, point)
            resumes = 0
            while self._is_unfinished() and resumes < _MOST_RESUMES:
                resumes += 1
                done = user.run("resume", "s", "-q", "--repeat-unknown")
            if not self._has_task():
                # Ended before the task was written down: it is as if it had never been asked.
                done = user.run(*_ASK)
            if done.code == -signal.SIGKILL and self._has_task() and not self._is_unfinished():
                # Ended behind the end of its task: what it came to is in its journal.
                done = Done(0, user.outcome("s")["answer"], "")
            problem = self._difference(user, done, server, point)
        return Verdict(hit, resumes, problem)

    @property
    def lathe(self) -> Lathe:
        """The user."""
        return self._lathe

    @property
    def stretches(self) -> dict[str, tuple[int, int]]:
        """Between which events of the task there is a process of each kind to be ended."""
        end = self._value("SELECT sequence FROM event WHERE kind = 'task_finished'")
        saved = self._value("SELECT sequence FROM event WHERE kind = 'capability_saved'")
        first = self._value("SELECT min(sequence) FROM event WHERE kind = 'subtask_started'")
        last = self._value("SELECT max(sequence) FROM event WHERE kind = 'subtask_finished'")
        whole = dict.fromkeys(
            (one for one in TARGETS if one not in ("subtask", "reader")), (1, end - 1)
        )
        return {**whole, "subtask": (first, last - 1), "reader": (1, saved - 2)}

    def kill_at(self, kind: str, count: int) -> None:
        """Begin the task and end lathe once there are so many events of a kind."""
        with script.TaskServer() as server:
            process = self._lathe.having(**server.variables).start(*_ASK)
            query = f"SELECT count(*) FROM event WHERE kind = '{kind}'"
            if not self._waits_for(process, query, count):
                raise SystemExit(f"the task never came to {count} {kind}")
            below = processes.below(process.pid)
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            processes.all_end(below)

    def remove(self) -> None:
        """Delete the user."""
        shutil.rmtree(self._folder, ignore_errors=True)

    # --- Disturbing -------------------------------------------------------------------------------

    def _until_end(self, user: Lathe, point: Point | None) -> tuple[bool, Done]:
        process = user.start(*_ASK)
        hit = False
        try:
            if point is not None and self._waits_for(process, _NEWEST, point.event):
                hit = self._disturb(process, point)
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            below = processes.below(process.pid)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            processes.all_end(below)
            return hit, Done(-1, "", "it hangs")
        return hit, Done(process.returncode, out, err)

    def _disturb(self, process: subprocess.Popen[str], point: Point) -> bool:
        if point.target == "reader":
            return _end_reader(process, point)
        time.sleep(point.delay / 1000)
        if self._clock is not None:
            seconds = _HOUR if point.event % 2 else _YEARS
            self._clock.set(seconds if point.target == "clock ahead" else -seconds)
            return process.poll() is None
        victim = _victim(process.pid, point)
        return victim is not None and _killed(victim)

    def _waits_for(self, process: subprocess.Popen[str], query: str, count: int) -> bool:
        end = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < end:
            if self._value(query) >= count:
                return True
            time.sleep(0.002)
        return False

    def _value(self, query: str) -> int:
        path = self._lathe.session("s") / "journal.sqlite"
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal,
        ):
            return int(journal.execute(query).fetchone()[0])
        return 0

    def _has_task(self) -> bool:
        return self._value("SELECT count(*) FROM event WHERE kind = 'task_submitted'") > 0

    def _is_unfinished(self) -> bool:
        last = (
            "SELECT coalesce(max(sequence), 0) FROM event WHERE place = 'coordinator' AND kind = "
        )
        return self._value(last + "'task_submitted'") > self._value(last + "'task_finished'")

    # --- Comparing --------------------------------------------------------------------------------

    def _difference(
        self, user: Lathe, done: Done, server: script.TaskServer, point: Point | None
    ) -> str:
        if done.code != 0 or done.out.rstrip("\n") != script.ANSWER:
            return f"it ended with {done.code}: {done.out!r} {done.err[-600:]!r}"
        asked = [*server.asked]
        shown = user.run("exec", "--session", "s", script.VARIABLES)
        expected = (
            "[('east', 2), ('north', 7), ('south', 6)] ['one', 'two', 'three', 'four'] heron "
            "[{'total': 7}, {'total': 6}, {'total': 2}] 1.0\n"
        )
        if (shown.code, shown.out) != (0, expected):
            return f"the variables are {shown.out!r} {shown.err[-600:]!r}"
        library = sorted(
            file.name
            for file in (user.project / "generated-capabilities").glob("**/functions/*.py")
            if not file.name.startswith(("__init__", "test_"))
        )
        if library != ["total_shop.py"]:
            return f"the library holds {library}"
        checked = user.run("sessions", "check", "s")
        if checked.code != 0:
            return f"the session is not whole: {checked.out}"
        return self._paid_twice(user, asked) or self._subtasks(user, point) or self._times(user)

    def _times(self, user: Lathe) -> str:
        """Within a program run no event is older than the one before it, and none years younger."""
        path = user.session("s") / "journal.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
            rows: list[tuple[int, float]] = journal.execute(
                "SELECT epoch, time FROM event ORDER BY sequence"
            ).fetchall()
        for (epoch, before), (next_epoch, after) in pairwise(rows):
            if epoch == next_epoch and not 0 <= after - before < _HOUR / 2:
                return f"in one run an event at {before} is followed by one at {after}"
        seconds = user.outcome("s")["seconds"]
        return "" if 0 <= seconds < _HOUR / 2 else f"the task is said to have taken {seconds} s"

    @staticmethod
    def _paid_twice(user: Lathe, asked: list[str]) -> str:
        started: Counter[tuple[str, int]] = Counter()
        arrived: set[tuple[str, int]] = set()
        for event in user.events("s", "turn_started", "turn_finished"):
            turn = (event.place, int(event.data["turn"]))
            if event.kind == "turn_finished":
                arrived.add(turn)
                continue
            started[turn] += 1
            if turn in arrived:
                return f"turn {turn[1]} of {turn[0]} was asked again though its reply had arrived"
        if len(asked) > started.total():
            return f"{len(asked)} requests were made, and {started.total()} are in the journal"
        return ""

    @staticmethod
    def _subtasks(user: Lathe, point: Point | None) -> str:
        ended = Counter(int(e.data["id"]) for e in user.events("s", "subtask_finished"))
        twice = [number for number, count in ended.items() if count > 1]
        if twice:
            return f"subtasks {twice} ended more than once"
        complete = [
            e for e in user.events("s", "subtask_finished") if e.data["status"] == "complete"
        ]
        # A kernel that dies takes its cell with it; the model's next one delegates anew.
        exact = point is None or point.target == "lathe" or point.is_clock
        if exact and len(ended) != script.SUBTASKS:
            return f"there were {len(ended)} subtasks, not {script.SUBTASKS}"
        if len(complete) < script.SUBTASKS:
            return f"{len(complete)} subtasks are complete, not {script.SUBTASKS}"
        return ""


def _killed(victim: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
        return True
    return False


def _victim(lathe: int, point: Point) -> int | None:
    if point.target == "lathe":
        return lathe
    kernels = processes.kernels_below(lathe)
    match point.target:
        case "template":
            return kernels[0][0] if kernels else None
        case "kernel":
            # The first that the template forked; copies and spares come after it.
            forked = sorted(kernels[1:], key=lambda process: int(process[1]))
            return forked[0][0] if forked else None
        case _:
            # Those that wait to be needed are among them.
            subtasks = [number for number, _ in kernels[1:] if _folder(number).startswith("/tmp/")]
            return random.Random(point.event).choice(subtasks) if subtasks else None


def _end_reader(lathe: subprocess.Popen[str], point: Point) -> bool:
    """Wait for the next reader of the library and end it; false where none comes any more."""
    seen: set[int] = set()
    while lathe.poll() is None:
        for child in _children(lathe.pid):
            if child in seen or "lathe_library" not in _command(child):
                continue
            seen.add(child)
            time.sleep(point.delay / 1000)
            if "lathe_library" in _command(child) and _killed(child):
                return True
    return False


def _children(process: int) -> list[int]:
    """Give the children of a process, without a look at all other processes."""
    found: list[int] = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(number) for number in children.read_text().split()]
    return found


def _folder(process: int) -> str:
    with suppress(OSError):
        return str(Path(f"/proc/{process}/cwd").readlink())
    return ""


def _command(process: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().decode("utf-8", "replace")
    return ""


def told(point: Point, verdict: Verdict, seconds: float) -> str:
    """Return the line of a case."""
    return json.dumps(
        {
            "case": "kill",
            "target": point.target,
            "event": point.event,
            "delay_ms": round(point.delay, 1),
            "hit": verdict.hit,
            "resumes": verdict.resumes,
            "seconds": round(seconds, 2),
            "problem": verdict.problem,
        }
    )
