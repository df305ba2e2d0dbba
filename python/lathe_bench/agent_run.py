"""One job of `agent_job`, run by lathe or by a framework, and what it took."""

import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from lathe_bench import agent_job, agent_scripts, processes, tokens
from lathe_bench.agent_peer import AgentPeer
from lathe_bench.agent_scripts import FanOut, Way
from lathe_bench.cells import BenchError
from lathe_bench.lathe_user import LatheUser
from lathe_bench.scripted_model import Script, ScriptedModel
from lathe_bench.steps import StepProcess

_SECONDS = 280
_FROM_TURN = 4
_LOOK_EVERY = 20


@dataclass(frozen=True)
class Runner:
    """Who does the work: the words for a figure, and how a task is given to it."""

    name: str
    way: Way
    turns: Callable[[str], object]
    """Given the model's address."""
    fan_out: Callable[[int, str], object]
    """Given the number of parts and the model's address."""
    number: Callable[[], int]
    """The process that coordinates, once it has asked something."""


@dataclass(frozen=True)
class TurnsTaken:
    """What a turn took: of all after the first few, the median."""

    milliseconds: float
    processor: float
    """Milliseconds of processor time, of all processes together."""
    model: float
    """Milliseconds of the model's own, which are in neither."""


@dataclass(frozen=True)
class FannedOut:
    """From the coordinator's reply that hands out the parts to its request with the totals."""

    seconds: float
    processor: float
    memory: int
    """Bytes that the coordinating process grew by, at most."""
    tokens: int
    """Read and written, of all agents."""
    requests: int


def lathe(user: LatheUser) -> Runner:
    """The program, a process for each task; none is told of those before it."""
    return Runner(
        "lathe",
        agent_scripts.LATHE,
        lambda address: user.ask(agent_job.TURNS_TASK, address, "--no-memory"),
        lambda count, address: user.ask(agent_job.fan_out_task(count), address, "--no-memory"),
        _lathe_process,
    )


def peer(one: AgentPeer, process: StepProcess) -> Runner:
    """A framework, whose process stays."""
    return Runner(
        f"{one.name} {one.version()}",
        one.way,
        lambda address: process.step("turns", within=_SECONDS, model=address),
        lambda count, address: process.step("fan_out", within=_SECONDS, count=count, model=address),
        lambda: process.number,
    )


def turns(runner: Runner) -> TurnsTaken:
    """Run the cells one after the other.

    Raises:
        BenchError: it failed, or a cell did not give what it should.
    """
    used: dict[int, float] = {}

    def note(turn: int) -> None:
        if turn in (_FROM_TURN, agent_job.TURNS):
            used[turn] = processes.cpu(runner.number())

    model = _asked(agent_scripts.turns(runner.way, note), runner.turns, agent_job.TURNS + 1)
    counted = range(_FROM_TURN, agent_job.TURNS)
    gaps = [model.arrived[turn + 1] - model.sent[turn] for turn in counted]
    own = [model.sent[turn] - model.arrived[turn] for turn in counted]
    processor = (used[agent_job.TURNS] - used[_FROM_TURN]) / len(counted)
    return TurnsTaken(
        statistics.median(gaps) * 1_000, processor * 1_000, statistics.median(own) * 1_000
    )


@dataclass
class _Looks:
    """The processor time and the memory of a run, looked at while it goes on."""

    number: Callable[[], int]
    processor: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    seen: int = 0

    def __call__(self, what: str) -> None:
        self.seen += 1
        if what != "work":
            self.processor.append(processes.cpu(self.number()))
        if what != "work" or self.seen % _LOOK_EVERY == 0:
            self.memory.append(processes.own_memory(self.number()))


def fan_out(runner: Runner, count: int) -> FannedOut:
    """Have the parts added up by sub-agents.

    Raises:
        BenchError: it failed, or a total was wrong.
    """
    looks = _Looks(runner.number)
    script = FanOut(runner.way, count, looks)
    model = _asked(script, lambda address: runner.fan_out(count, address))
    if script.begun is None or script.ended is None:
        raise BenchError(f"{runner.name} did not come to the totals: {model.failure}")
    return FannedOut(
        model.arrived[script.ended] - model.sent[script.begun],
        looks.processor[1] - looks.processor[0],
        max(looks.memory) - looks.memory[0],
        tokens.of_requests(model.requests) + sum(tokens.of_reply(each) for each in model.replies),
        len(model.requests),
    )


def _asked(
    script: Script, run: Callable[[str], object], requests: int | None = None
) -> ScriptedModel:
    with ScriptedModel(script) as model:
        try:
            run(model.address)
        except BenchError as error:
            raise BenchError(f"{model.failure}; {error}" if model.failure else str(error)) from None
    if model.failure:
        raise BenchError(model.failure)
    if requests and len(model.requests) != requests:
        raise BenchError(f"{len(model.requests)} requests came, not {requests}")
    return model


def _lathe_process() -> int:
    found = [each for each in processes.below(os.getpid()) if each.name == "lathe"]
    if len(found) != 1:
        raise BenchError(f"{len(found)} processes of lathe run, not one")
    return found[0].number
