"""The real program as a user runs it: a home and a project of its own, no other environment."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from tests_program.terminal import TerminalRun

ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = ROOT / ".build" / "debug" / "lathe"
# Far above what anything here takes: a hang must fail, a busy machine must not.
PATIENCE = 120


@dataclass(frozen=True)
class Done:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Event:
    """One row of a journal."""

    sequence: int
    place: str
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Lathe:
    """One user with an empty home and one project folder."""

    home: Path
    project: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    # What the program is started by, when that is not the test itself.
    starter: Sequence[str] = ()

    @staticmethod
    def in_folder(folder: Path) -> "Lathe":
        assert _PROGRAM.exists(), f"{_PROGRAM} is not there; run 'make test', which makes it"
        (home, project) = (folder / "home", folder / "project")
        for made in (home, project):
            made.mkdir(parents=True)
        return Lathe(home, project)

    def having(self, **variables: str) -> "Lathe":
        return replace(self, environment={**self.environment, **variables})

    def without(self, *layers: str) -> "Lathe":
        """The same on a machine whose Linux lacks these layers of confinement."""
        script = Path(__file__).with_name("missing_layers.py")
        return replace(self, starter=(sys.executable, "-I", str(script), ",".join(layers)))

    def variables(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "LANG": "C.UTF-8",
            **self.environment,
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the program with pipes; whoever starts it ends it."""
        return subprocess.Popen(
            [*self.starter, str(_PROGRAM), *arguments],
            cwd=self.project,
            env=self.variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # A group of its own, so that a signal for it reaches no test.
            start_new_session=True,
        )

    def run(self, *arguments: str, given: str = "") -> Done:
        process = self.start(*arguments)
        try:
            out, err = process.communicate(given, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            raise AssertionError(f"lathe {arguments} hangs; it said {out!r} {err!r}") from None
        return Done(process.returncode, out, err)

    def on_terminal(
        self, *arguments: str, columns: int = 80, rows: int = 24, **variables: str
    ) -> TerminalRun:
        """Start the program on a terminal of this size."""
        environment = {"TERM": "xterm-256color", **self.variables(), **variables}
        return TerminalRun(
            [*self.starter, str(_PROGRAM), *arguments], self.project, environment, columns, rows
        )

    def session(self, name: str) -> Path:
        return self.project / ".lathe" / "sessions" / name

    def events(self, session: str, *kinds: str) -> list[Event]:
        """Read a session's journal, or its events of these kinds; none while it is being made."""
        path = self.session(session) / "journal.sqlite"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
            tables = journal.execute(
                "SELECT count(*) FROM sqlite_master WHERE name IN ('event', 'body')"
            ).fetchone()
            if tables != (2,):
                return []
            rows = journal.execute(
                "SELECT sequence, place, kind, data FROM event ORDER BY sequence"
            )
            found = [Event(row[0], row[1], row[2], json.loads(row[3])) for row in rows]
            bodies = {
                row[0]: (row[1], row[2])
                for row in journal.execute("SELECT hash, previous, data FROM body")
            }
        for event in found:
            if event.kind == "turn_started":
                _put_back(event.data["request"], bodies)
        return [event for event in found if not kinds or event.kind in kinds]

    def outcome(self, session: str) -> dict[str, Any]:
        """How the newest task of a session ended."""
        return self.events(session, "task_finished")[-1].data

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file


def _put_back(request: dict[str, Any], bodies: dict[str, tuple[str | None, str]]) -> None:
    """Replace the hashes of a request by what they stand for."""
    request["system"] = bodies[request["system"]][1]
    messages: list[Any] = []
    following: str | None = request["messages"] or None
    while following:
        following, data = bodies[following]
        messages.insert(0, json.loads(data))
    request["messages"] = messages


def requests(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Give the requests to models that these events hold."""
    return [cast("dict[str, Any]", e.data["request"]) for e in events if e.kind == "turn_started"]
