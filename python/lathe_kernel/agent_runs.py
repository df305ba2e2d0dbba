"""The runs of agents that a session delegates: small copies of their slices, for their examples."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lathe_kernel import samples
from lathe_kernel.samples import Sample

_KEPT_EACH = 6
_MOST_AGENTS = 50
_MOST_TOLD = 8
# An example is one slice whole, so it may have more rows than an argument of a test.
_ROWS = 1_000


@dataclass(frozen=True)
class AgentRun:
    """One subtask: a copy of its slice, None where it had none, or why there is no copy."""

    subtask: int
    data: Sample | None
    reason: str = ""


class AgentRuns:
    """What is known of the runs of each agent, by its name or, defined in a cell, instructions."""

    def __init__(self) -> None:
        """Begin without any."""
        self._runs: dict[str, list[AgentRun]] = {}
        self._more: dict[str, int] = {}

    def copied(self, agent: str | dict[str, Any], slices: Sequence[object]) -> list[AgentRun]:
        """Return copies of the first slices as they are before the subtasks begin."""
        room = _KEPT_EACH - len(self._runs.get(_key(agent), []))
        return [_copy(one) for one in slices[: max(room, 0)]]

    def keep(
        self, agent: str | dict[str, Any], copies: Sequence[AgentRun], subtasks: Sequence[int]
    ) -> None:
        """Keep copies under the numbers of the subtasks that they were handed to."""
        key = _key(agent)
        if key not in self._runs and len(self._runs) >= _MOST_AGENTS:
            self._runs.pop(next(iter(self._runs)))
        kept = self._runs.setdefault(key, [])
        kept += [
            AgentRun(subtask, one.data, one.reason)
            for one, subtask in zip(copies, subtasks, strict=False)
        ]
        self._more[key] = self._more.get(key, 0) + max(len(subtasks) - len(copies), 0)

    def of(self, name: str, instructions: str) -> tuple[list[dict[str, Any]], list[str]]:
        """Return what lathe is told of the runs of an agent, and what is left out of it."""
        keys = (name, instructions.strip())
        runs = [one for key in keys for one in self._runs.get(key, [])]
        told = [_told(one) for one in runs if not one.reason][:_MOST_TOLD]
        left_out = [f"subtask {one.subtask}: {one.reason}" for one in runs if one.reason]
        if more := sum(self._more.get(key, 0) for key in keys):
            left_out.append(f"{more} more subtasks of it, after the first {_KEPT_EACH}")
        return told, left_out


def _key(agent: str | dict[str, Any]) -> str:
    return agent if isinstance(agent, str) else str(agent["instructions"]).strip()


def _copy(value: object) -> AgentRun:
    if value is None:
        return AgentRun(0, None)
    try:
        made = samples.sample(value, rows=_ROWS)
    except samples.NotKept as reason:
        return AgentRun(0, None, f"its slice: {reason}")
    except Exception as error:
        return AgentRun(0, None, f"its slice could not be copied ({type(error).__name__})")
    if made.is_cut:
        return AgentRun(0, None, f"its slice has more than {_ROWS:,} rows")
    return AgentRun(0, made)


def _told(run: AgentRun) -> dict[str, Any]:
    told: dict[str, Any] = {"subtask": run.subtask}
    if run.data is None:
        return told
    if not run.data.file:
        return told | {"data": run.data.text}
    told["data"] = f'{run.data.text}(file("data{run.data.suffix}"))'
    told["files"] = {f"data{run.data.suffix}": b64encode(run.data.file).decode()}
    return told
