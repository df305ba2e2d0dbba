"""How long a call of a tool takes, and that calls in a loop say nothing to a model."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from lathe_bench import bare_client, tokens
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.host_process import HostProcess
from lathe_bench.lathe_user import LatheUser
from lathe_bench.run import Run
from lathe_bench.scripted_model import Call, Reply, ScriptedModel

LATENCY = ("tool_call", "tool_call_host_part", "concurrent_calls_1000")
LOOP = ("loop_calls_1000_tokens",)
_SERVER = [sys.executable, "-m", "mcp_server_time"]
_CALLS = 400
_AT_ONCE = 1_000
_MILLI = 1000.0
_BARE = "the SDK's client"
_TIMED = """
import json, time
from lathe.tools.time import {tool} as call
def timed():
    began = time.perf_counter()
    assert call(**{arguments})["timezone"] == "UTC"
    return time.perf_counter() - began
print(json.dumps([timed() for _ in range({count})][{warm}:]))
"""
_LOOP = """
from lathe.tools.time import get_current_time
seen = {{get_current_time(timezone=zone)["timezone"] for zone in ["UTC", "Asia/Tokyo"] * {half}}}
len(seen)
"""


def latency(run: Run) -> Iterator[Line]:
    """A call through kernel, lathe and tool host, and through the SDK's client alone."""
    count = run.times(_CALLS)
    bare = _bare(count)
    with HostProcess(_SERVER) as host:
        call = {"server": "s", "tool": bare_client.TOOL, "arguments": bare_client.ARGUMENTS}
        alone = [host.ask("call", 1, **call) for _ in range(bare_client.WARM + count)]
        together = host.ask("call", _AT_ONCE, **call)
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        user = LatheUser.made(run.program.with_name("lathe"), Path(folder), {"time": _SERVER})
        code = _TIMED.format(
            tool=bare_client.TOOL,
            arguments=bare_client.ARGUMENTS,
            count=bare_client.WARM + count,
            warm=bare_client.WARM,
        )
        ours = cast("list[float]", json.loads(user.run("exec", "--session=bench", code)))
    yield _milli("tool_call", ours, bare["one"])
    yield Floor(
        "tool_call_host_part",
        statistics.median(alone[bare_client.WARM :]) * _MILLI,
        "ms",
        "the tool host alone, spoken to as lathe does",
    )
    yield Figure("concurrent_calls_1000", together, bare["together"], _BARE, "s", "tool host")


def _milli(name: str, ours: list[float], theirs: list[float]) -> Figure:
    middle = [statistics.median(each) * _MILLI for each in (ours, theirs)]
    return Figure(name, middle[0], middle[1], _BARE, "ms")


def _bare(count: int) -> dict[str, Any]:
    words = [str(count), str(_AT_ONCE), *_SERVER]
    command = [sys.executable, "-m", "lathe_bench.bare_client", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    if done.returncode:
        raise BenchError(f"{_BARE} failed: {done.stderr.strip()[-600:]}")
    return json.loads(done.stdout)


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
