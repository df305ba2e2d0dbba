"""A framework in a process of its own, with the tools of a job and the scripted model."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lathe_bench import tool_peers
from lathe_bench.cells import BenchError
from lathe_bench.installed_peer import InstalledPeer
from lathe_bench.tool_job import ToolJob

_SECONDS = 280


@dataclass(frozen=True)
class ToolPeer(InstalledPeer):
    """One way of giving a model tools: a framework, and whether tools wait to be found."""

    setup: ClassVar[str] = "bench-tools"
    is_deferred: bool = False

    def run(self, job: ToolJob, task: str, address: str) -> None:
        """Run a task to its end.

        Raises:
            BenchError: the framework failed.
        """
        file = job.folder / f"{self.side}.job"
        wanted = {"task": task, "model": address, "servers": dict(job.servers)}
        file.write_text(json.dumps(wanted | {"deferred": self.is_deferred}), encoding="utf-8")
        script = Path(tool_peers.__file__).with_name(f"{self.side}.py")
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-s", script, file],
                cwd=job.folder,
                env=self._environment(job.folder),
                capture_output=True,
                text=True,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise BenchError(f"{self.name} took longer than {_SECONDS} s") from None
        if done.returncode:
            raise BenchError(f"{self.name} failed: {done.stderr.strip()[-600:]}")

    def _environment(self, home: Path) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(self.folder),
            "HF_HUB_OFFLINE": "1",
            "AGNO_TELEMETRY": "false",
        }


PYDANTIC_AI = ToolPeer("pydantic-ai", "pydantic_side", "pydantic_ai_slim", "lathe-peers")
PEERS = (
    ToolPeer("smolagents", "smolagents_side", "smolagents", "lathe-peers-old"),
    PYDANTIC_AI,
    ToolPeer(
        "pydantic-ai deferred", "pydantic_side", "pydantic_ai_slim", "lathe-peers", is_deferred=True
    ),
    ToolPeer("agno", "agno_side", "agno", "lathe-peers"),
)
