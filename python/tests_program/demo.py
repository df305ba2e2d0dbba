"""The demo's two recorded sessions, run for real, and the data that they ran on."""

import fcntl
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lathe_kernel import packages
from tests_program.program import ROOT, Done, Event, Lathe

FIRST, SECOND = "late-flights", "winter-airports"


@dataclass(frozen=True)
class Demo:
    """Both sessions in one project, the second after the first."""

    lathe: Lathe
    first: Done
    second: Done

    @staticmethod
    def run(lathe: Lathe) -> "Demo":
        subprocess.run([sys.executable, ROOT / "scripts/demo-data", lathe.project], check=True)
        flights, weather = ["--data", "flights.csv"], ["--data", "weather.csv"]
        first = lathe.run("replay", f"{ROOT}/demo/{FIRST}.jsonl", *flights, *weather, "-s", FIRST)
        approved = lathe.run("library", "approve", "profile_delays", "delay_analyst")
        assert approved.code == 0, approved
        second = lathe.run("replay", f"{ROOT}/demo/{SECOND}.jsonl", *flights, "-s", SECOND)
        return Demo(lathe, first, second)

    def events(self, *kinds: str) -> list[Event]:
        """Give the events of both sessions."""
        return [event for name in (FIRST, SECOND) for event in self.lathe.events(name, *kinds)]

    @staticmethod
    def shared(folder: Path) -> "Demo":
        """Run both sessions in a folder below `folder`, or give those that somebody ran there."""
        (project, ended) = (folder / "demo", folder / "demo.json")
        with (folder / "demo.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not ended.exists():
                demo = Demo.run(Lathe.in_folder(project))
                ended.write_text(json.dumps([asdict(demo.first), asdict(demo.second)]))
        first, second = json.loads(ended.read_text())
        lathe = Lathe(project / "home", project / "project")
        return Demo(lathe, Done(**first), Done(**second))

    @cached_property
    def flights(self) -> Any:
        return packages.pandas().read_csv(self.lathe.project / "flights.csv")

    @cached_property
    def weather(self) -> Any:
        return packages.pandas().read_csv(self.lathe.project / "weather.csv")
