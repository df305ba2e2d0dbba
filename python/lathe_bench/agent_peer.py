"""A framework in a process of its own, with the scripted model and the job of `agent_job`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from lathe_bench import agent_scripts
from lathe_bench.agent_scripts import Way
from lathe_bench.installed_peer import InstalledPeer
from lathe_bench.steps import StepProcess

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class AgentPeer(InstalledPeer):
    """A framework of agents, and how it runs code and sub-agents."""

    setup: ClassVar[str] = "bench-orchestration"
    way: Way
    concurrency: str = "calls of one reply run at the same time"
    """How its sub-agents run."""

    @contextmanager
    def started(self) -> Generator[StepProcess]:
        """Start it; it has ended when the body ends."""
        with TemporaryDirectory(prefix="lathe-bench-") as home:
            environment = {
                "HOME": home,
                "PYTHONPATH": f"{self.folder}:{_ROOT}",
                "NO_PROXY": "*",
                "HF_HUB_OFFLINE": "1",
                "LANGSMITH_TRACING": "false",
                "OPENAI_AGENTS_DISABLE_TRACING": "1",
            }
            words = [sys.executable, "-P", "-s", "-m", "lathe_bench.agent_peers", self.side]
            with StepProcess(self.name, words, environment) as process:
                yield process


_FOLDER = "lathe-orchestration"
PEERS = (
    AgentPeer(
        "smolagents",
        "smolagents_side",
        "smolagents",
        "lathe-peers-old",
        agent_scripts.SMOLAGENTS,
        concurrency="one sub-agent after the other",
    ),
    AgentPeer("langgraph", "langgraph_side", "langgraph", _FOLDER, agent_scripts.NUMBERED),
    AgentPeer(
        "openai-agents",
        "openai_agents_side",
        "openai_agents",
        _FOLDER,
        agent_scripts.ASKED_AS_INPUT,
    ),
    AgentPeer(
        "pydantic-ai", "pydantic_side", "pydantic_ai_slim", "lathe-peers", agent_scripts.NUMBERED
    ),
    AgentPeer(
        "agent-framework",
        "framework_side",
        "agent_framework_core",
        _FOLDER,
        agent_scripts.ASKED_AS_TASK,
    ),
)
