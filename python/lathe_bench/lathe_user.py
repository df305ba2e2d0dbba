"""The real program, as somebody with an empty home runs it."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lathe_bench.cells import BenchError

_SECONDS = 280
_TOGETHER = 8


@dataclass(frozen=True)
class LatheUser:
    """A home and a project of its own; this user's rules allow all tools of the servers.

    Also once others' words were read: nobody is there to be asked.
    """

    program: Path
    folder: Path

    @staticmethod
    def made(program: Path, folder: Path, servers: Mapping[str, Sequence[str]]) -> "LatheUser":
        """Write the user's settings, and have every server list its tools once."""
        user = LatheUser(program, folder)
        settings = folder / "home" / "config" / "lathe"
        settings.mkdir(parents=True)
        (folder / "project").mkdir()
        written = {
            name: {"command": words[0], "args": list(words[1:])} for name, words in servers.items()
        }
        (settings / "mcp.json").write_text(json.dumps({"mcpServers": written}), encoding="utf-8")
        rules = {"tools": {"allow": ["*/*"], "allowExposed": ["*/*"]}}
        (settings / "lathe.json").write_text(json.dumps(rules), encoding="utf-8")
        names = list(servers)
        # A few at a time: each has a minute to start and list.
        for at in range(0, len(names), _TOGETHER):
            user.run("tools", "test", *names[at : at + _TOGETHER])
        return user

    def run(self, *arguments: str, **variables: str) -> str:
        """Run a command to its end and return what it printed.

        Raises:
            BenchError: it failed; the text says how.
        """
        try:
            done = subprocess.run(
                [self.program, *arguments],
                cwd=self.folder / "project",
                env=self._environment() | variables,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise BenchError(f"lathe {arguments[0]} took longer than {_SECONDS} s") from None
        if done.returncode:
            lines = (done.stderr or done.stdout).splitlines()
            said = "\n".join(line for line in lines if not line.startswith("✓"))[-600:]
            raise BenchError(f"lathe {arguments[0]} ended with {done.returncode}: {said}")
        return done.stdout

    def forget_vectors(self) -> None:
        """Leave tools as they are when they were just listed: the index of meanings is gone."""
        for file in (self.folder / "project" / ".lathe" / "tools").glob("index.db*"):
            file.unlink()

    def ask(self, task: str, address: str, *options: str) -> str:
        """Give a task to the model at an address, in a session of its own."""
        words = ("ask", task, "--model", "openai:scripted", *options)
        return self.run(*words, OPENAI_BASE_URL=address, OPENAI_API_KEY="none")

    def _environment(self) -> dict[str, str]:
        home = self.folder / "home"
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "LANG": "C.UTF-8",
        }
