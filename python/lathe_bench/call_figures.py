"""How long a call of a tool takes, and that calls in a loop say nothing to a model."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lathe_bench import bare_client, processes, tokens
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.host_process import HostProcess
from lathe_bench.lathe_user import LatheUser
from lathe_bench.run import Run
from lathe_bench.scripted_model import Call, Reply, ScriptedModel

LATENCY = (
    "tool_call",
    "tool_call_host_part",
    "concurrent_calls_1000",
    "concurrent_calls_1000_host_part",
)
MEMORY = ("concurrent_calls_1000_memory",)
LOOP = ("loop_calls_1000_tokens",)
_SERVER = [sys.executable, "-m", "mcp_server_time"]
_ROUNDS = 4
_CALLS = 100
_AT_ONCE = 1_000
_MILLI = 1000.0
_MEGA = 1e6
_LOOK = 0.05
_BARE = "the SDK's client"
_TIMED = """
import json, time
from lathe.tools.time import {tool} as call
def timed():
    began = time.perf_counter()
    assert call(**{arguments})["timezone"] == "UTC"
    return time.perf_counter() - began
one = [timed() for _ in range({count})][{warm}:]
together = None
if hasattr(lathe, "gather"):
    began = time.perf_counter()
    found = lathe.gather(call.later(**{arguments}) for _ in range({at_once}))
    together = time.perf_counter() - began
    assert [each["timezone"] for each in found] == ["UTC"] * {at_once}
print(json.dumps({{"one": one, "together": together}}))
"""
_LOOP = """
from lathe.tools.time import get_current_time
seen = {{get_current_time(timezone=zone)["timezone"] for zone in ["UTC", "Asia/Tokyo"] * {half}}}
len(seen)
"""


@dataclass(frozen=True)
class Times:
    """The seconds of one way: of each call alone, and of a thousand side by side."""

    one: list[float]
    together: float | None
    """None where this way cannot have several calls under way."""


def latency(run: Run) -> Iterator[Line]:
    """A call through kernel, lathe and tool host, and through the SDK's client alone, in turns."""
    rounds = [(_bare(), _host(), _kernel(run)) for _ in range(run.times(_ROUNDS))]
    bare, host, ours = ([each[way] for each in rounds] for way in range(3))
    yield Figure("tool_call", _middle(ours), _middle(bare), _BARE, "ms")
    yield Floor("tool_call_host_part", _middle(host), "ms", "the tool host, asked as lathe does")
    if (together := _together(ours)) is not None:
        yield Figure("concurrent_calls_1000", together, _together(bare), _BARE, "s")
    alone = _together(host) or 0
    yield Floor("concurrent_calls_1000_host_part", alone, "s", "the tool host alone")


def memory(run: Run) -> Iterator[Figure]:
    """What a thousand calls at once take more at their peak than one, in all processes."""
    ways: tuple[Callable[[int], Times], ...] = (partial(_kernel, run), _bare)
    grown = [
        statistics.median(_peak(way, _AT_ONCE) - _peak(way, 1) for _ in range(run.times(_ROUNDS)))
        for way in ways
    ]
    yield Figure(MEMORY[0], grown[0] / _MEGA, grown[1] / _MEGA, _BARE, "MB", "of all processes")


def _peak(way: Callable[[int], Times], at_once: int) -> int:
    """Return the most memory that all processes below this one had while calls went on."""
    is_over = threading.Event()
    seen: list[int] = []

    def look() -> None:
        while not is_over.wait(_LOOK):
            seen.append(processes.pss_below(os.getpid()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        way(at_once)
    finally:
        is_over.set()
        thread.join()
    return max(seen)


def _middle(rounds: list[Times]) -> float:
    return statistics.median(each for times in rounds for each in times.one) * _MILLI


def _together(rounds: list[Times]) -> float | None:
    taken = [times.together for times in rounds if times.together is not None]
    return statistics.median(taken) if taken else None


def _host() -> Times:
    call = {"server": "s", "tool": bare_client.TOOL, "arguments": bare_client.ARGUMENTS}
    with HostProcess(_SERVER) as host:
        one = [host.ask("call", 1, **call) for _ in range(bare_client.WARM + _CALLS)]
        return Times(one[bare_client.WARM :], host.ask("call", _AT_ONCE, **call))


def _kernel(run: Run, at_once: int = _AT_ONCE) -> Times:
    code = _TIMED.format(
        tool=bare_client.TOOL,
        arguments=bare_client.ARGUMENTS,
        count=bare_client.WARM + _CALLS,
        warm=bare_client.WARM,
        at_once=at_once,
    )
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        user = LatheUser.made(run.program.with_name("lathe"), Path(folder), {"time": _SERVER})
        return Times(**json.loads(user.run("exec", "--session=bench", code)))


def _bare(at_once: int = _AT_ONCE) -> Times:
    words = [str(_CALLS), str(at_once), *_SERVER]
    command = [sys.executable, "-m", "lathe_bench.bare_client", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    if done.returncode:
        raise BenchError(f"{_BARE} failed: {done.stderr.strip()[-600:]}")
    return Times(**json.loads(done.stdout))


def loop(run: Run) -> Iterator[Figure]:
    """All tokens of a task whose cell calls a tool a thousand times, and of one that calls two."""
    spent = [_loop_tokens(run, half) for half in (500, 1)]
    many, few = spent
    # The cell itself is longer by what the number has more.
    yield Figure("loop_calls_1000_tokens", many, few, "2 calls", "o200k tokens")
    if many - few > 4:
        raise BenchError(f"1,000 calls cost {many - few} tokens more than 2")


def _loop_tokens(run: Run, half: int) -> int:
    code = _LOOP.format(half=half).strip()

    def reply(index: int, _request: dict[str, Any]) -> Reply:
        return Call("python", {"code": code if index == 0 else "lathe.answer(str(len(seen)))"})

    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        user = LatheUser.made(run.program.with_name("lathe"), Path(folder), {"time": _SERVER})
        with ScriptedModel(reply) as model:
            user.ask("Count the zones.", model.address)
    if len(model.requests) != 2:
        raise BenchError(f"the task took {len(model.requests)} requests: {model.failure}")
    return tokens.of_requests(model.requests)
