"""What tools cost a model: tokens of the first request, and until the first correct call."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lathe_bench import definitions, tokens, tool_scripts
from lathe_bench.cells import BenchError
from lathe_bench.definitions import Definition
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.lathe_user import LatheUser
from lathe_bench.run import Run
from lathe_bench.scripted_model import ScriptedModel
from lathe_bench.tool_job import ToolJob
from lathe_bench.tool_peer import PEERS, ToolPeer
from lathe_bench.tool_scripts import Steps
from lathe_bench.tool_tasks import TASKS, Task

SIZES = (0, 100, 500, 10_000)
_PLAIN = "plain JSON definitions"
_UNIT = "o200k tokens"
_MANY = SIZES[-1]
_NEW = f"first_call_tokens_{_MANY}_just_listed"
_FIRST = f"first_request_s_{_MANY}"
_MOST_TOKENS = 1_000.0


@dataclass(frozen=True)
class Taken:
    """The input tokens of one way of one task."""

    first: int
    until_call: int | None
    """Of all requests up to the one whose reply was the correct call; None without tools."""
    requests: int
    seconds: float = 0.0
    """From the start of the program to its first request."""


def names() -> tuple[str, ...]:
    """Return the names of all figures of this file."""
    ways = ("plain", *(peer.key for peer in PEERS))
    first = [f"first_request_tokens_{size}_vs_{way}" for size in SIZES for way in ways]
    called = [f"first_call_tokens_{size}_vs_{way}" for size in SIZES[1:] for way in ways]
    new = (_NEW, _FIRST, f"{_FIRST}_just_listed")
    return (*first, *called, *new, "real_tools", "real_tool_tokens", "made_tool_tokens")


def token_figures(run: Run) -> Iterator[Line]:
    """The tokens of each way at each size; every way runs for real, with the same tools."""
    for peer in PEERS:
        if any(_wants(run, size, peer.key) for size in SIZES):
            peer.check()
    yield from _sizes_of_definitions()
    for size in SIZES:
        ways = ("plain", *(peer.key for peer in PEERS))
        if any(_wants(run, size, way) for way in ways) or (size == _MANY and run.wants(_NEW)):
            yield from _of_size(run, size)


def _wants(run: Run, size: int, way: str) -> bool:
    return run.wants(f"first_request_tokens_{size}_vs_{way}", f"first_call_tokens_{size}_vs_{way}")


def _sizes_of_definitions() -> Iterator[Floor]:
    real = definitions.collected()
    servers = len({each.server for each in real})
    yield Floor("real_tools", len(real), "tools", f"of {servers} servers of PyPI")
    for name, listed in (("real", real), ("made", list(definitions.made(len(real))))):
        mean = statistics.mean(tokens.of_text(tokens.compact(each.function)) for each in listed)
        yield Floor(f"{name}_tool_tokens", mean, _UNIT, "of one definition, on average")


def _of_size(run: Run, size: int) -> Iterator[Line]:
    needed = [(task.server, task.tool) for task in TASKS] if size else []
    listed = definitions.first(size, needed)
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        job = ToolJob.made(Path(folder), listed, {task.tool: task.answer for task in TASKS})
        run.say(f"{size} tools of {len(job.servers)} servers: lathe")
        user = LatheUser.made(run.program.with_name("lathe"), Path(folder) / "user", job.servers)
        ours = _tasks(size, job, tool_scripts.lathe, user.ask)
        yield from _compared(size, ours, [_plain(task, listed) for task in TASKS], _PLAIN, "plain")
        if size == _MANY:
            yield from _just_listed(size, job, ours, user)
        for peer in (peer for peer in PEERS if _wants(run, size, peer.key)):
            run.say(f"{size} tools: {peer.name} {peer.version()}")
            yield from _against(size, job, ours, peer)


def _just_listed(size: int, job: ToolJob, ours: Sequence[Taken], user: LatheUser) -> Iterator[Line]:
    """Yield what a first call costs where no tool has a vector yet, and what it takes longer."""
    user.forget_vectors()

    def ask(task: str, address: str) -> object:
        # The task was done before, which is told with it else.
        return user.ask(task, address, "--no-memory")

    new = _tasks(size, job, tool_scripts.lathe, ask)
    note = f"in {max(each.requests for each in new)} requests"
    tokens_of = statistics.median(each.until_call or 0 for each in new)
    yield Figure(_NEW, tokens_of, _MOST_TOKENS, "limit", _UNIT, note)
    for name, taken in ((_FIRST, ours), (f"{_FIRST}_just_listed", new)):
        seconds = statistics.median(each.seconds for each in taken)
        yield Floor(name, seconds, "s", "from the start of lathe")


def _against(size: int, job: ToolJob, ours: Sequence[Taken], peer: ToolPeer) -> Iterator[Figure]:
    script = {"smolagents": tool_scripts.smolagents}.get(peer.name, tool_scripts.declared)
    if peer.is_deferred:
        script = tool_scripts.searched
    theirs = _tasks(size, job, script, lambda task, address: peer.run(job, task, address))
    yield from _compared(size, ours, theirs, f"{peer.name} {peer.version()}", peer.key)


def _tasks(
    size: int,
    job: ToolJob,
    script: Callable[[Task], Steps],
    run: Callable[[str, str], object],
) -> list[Taken]:
    return [_taken(size, job, task, script, run) for task in TASKS]


def _taken(
    size: int,
    job: ToolJob,
    task: Task,
    script: Callable[[Task], Steps],
    run: Callable[[str, str], object],
) -> Taken:
    """Run one task and count; a tool that was not called as it should be is no measurement."""
    steps = script(task) if size else tool_scripts.without_tools(script(task))
    began = time.perf_counter()
    with ScriptedModel(steps) as model:
        try:
            run(task.words, model.address)
        except BenchError as error:
            raise BenchError(f"{model.failure}; {error}" if model.failure else str(error)) from None
    wanted = [(task.server, task.tool, dict(task.arguments))] if size else []
    if (calls := job.calls()) != wanted:
        raise BenchError(f"the calls were {calls}, not {wanted}")
    first = tokens.of_request(model.requests[0])
    seconds = (steps.asked or began) - began
    if steps.calling is None:
        return Taken(first, None, 1, seconds)
    until = model.requests[: steps.calling + 1]
    return Taken(first, tokens.of_requests(until), len(until), seconds)


def _plain(task: Task, listed: Sequence[Definition]) -> Taken:
    """Count a request that declares every tool, without any framework's own words."""
    declared = [each.function for each in listed]
    message = {"role": "user", "content": task.words}
    count = tokens.of_request({"messages": [message], "tools": declared})
    return Taken(count, count if listed else None, 1)


def _compared(
    size: int, ours: Sequence[Taken], theirs: Sequence[Taken], peer: str, key: str
) -> Iterator[Figure]:
    name = f"first_request_tokens_{size}_vs_{key}"
    first = [statistics.median(each.first for each in side) for side in (ours, theirs)]
    yield Figure(name, first[0], first[1], peer, _UNIT)
    if not size:
        return
    until = [statistics.median(each.until_call or 0 for each in side) for side in (ours, theirs)]
    requests = " and ".join(f"{max(each.requests for each in side)}" for side in (ours, theirs))
    note = f"in {requests} requests"
    yield Figure(f"first_call_tokens_{size}_vs_{key}", until[0], until[1], peer, _UNIT, note)
