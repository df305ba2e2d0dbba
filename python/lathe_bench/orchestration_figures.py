"""What orchestration costs beside the model: turns, a hundred sub-agents, a thousand."""

import statistics
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lathe_bench import agent_run
from lathe_bench.agent_peer import PEERS, AgentPeer
from lathe_bench.agent_run import FannedOut, Runner, TurnsTaken
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.lathe_user import LatheUser
from lathe_bench.run import Run

_TURNS = "turn_overhead"
_TOKENS = "tree_tokens"
_MODEL = "floor_model_reply"
_T = TypeVar("_T")


def _names(*figures: str) -> tuple[str, ...]:
    return tuple(
        name for each in figures for name in (each, *(f"{each}_vs_{peer.key}" for peer in PEERS))
    )


TURNS = (*_names(_TURNS), _MODEL)
HUNDRED = _names("fanout_100", _TOKENS)
THOUSAND = _names("fanout_1000", "fanout_1000_memory")


@dataclass(frozen=True)
class Value:
    """One side's value of a figure, and what stands beside it."""

    value: float
    beside: str


def turns(run: Run) -> Iterator[Line]:
    """Cells one after the other: from a reply of the model to the next request."""
    with _everybody(run, (_TURNS,)) as (ours, peers):
        runs = _in_turns([ours, *peers], run.times(5), agent_run.turns)
    yield Floor(
        _MODEL, statistics.median(each.model for each in runs[0]), "ms", "the scripted model's own"
    )
    yield from compared(_TURNS, "ms", peers, [_turn(each) for each in runs])


def _turn(runs: Sequence[TurnsTaken]) -> Value:
    processor = statistics.median(each.processor for each in runs)
    return Value(statistics.median(each.milliseconds for each in runs), f"{processor:.2g} ms")


def hundred(run: Run) -> Iterator[Line]:
    """A hundred sub-agents, and the tokens of the whole tree."""
    with _everybody(run, ("fanout_100", _TOKENS)) as (ours, peers):
        runs = _in_turns([ours, *peers], run.times(3), lambda who: agent_run.fan_out(who, 100))
    yield from compared("fanout_100", "s", peers, [_fan_out(each) for each in runs])
    spent = [Value(each[0].tokens, f"{each[0].requests} requests") for each in runs]
    yield from compared(_TOKENS, "o200k tokens", peers, spent, "")


def thousand(run: Run) -> Iterator[Line]:
    """A thousand sub-agents, and what each adds to the process that coordinates."""
    with _everybody(run, ("fanout_1000", "fanout_1000_memory")) as (ours, peers):
        runs = _in_turns([ours, *peers], 1, lambda who: agent_run.fan_out(who, 1_000))
    yield from compared("fanout_1000", "s", peers, [_fan_out(each) for each in runs])
    grown = [Value(each[0].memory / 1_000 / 1e3, "") for each in runs]
    yield from compared("fanout_1000_memory", "kB a subtask", peers, grown, "")


def _fan_out(runs: Sequence[FannedOut]) -> Value:
    processor = statistics.median(each.processor for each in runs)
    return Value(statistics.median(each.seconds for each in runs), f"{processor:.2g} s")


@contextmanager
def _everybody(run: Run, figures: Sequence[str]) -> Generator[tuple[Runner, list["Theirs"]]]:
    """Start who is wanted, and let each do a little of both jobs: what is imported is imported."""
    wanted = [peer for peer in PEERS if run.wants(*figures, *_against(figures, peer))]
    for peer in wanted:
        peer.check()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lathe-bench-")))
        ours = agent_run.lathe(LatheUser.made(run.program.with_name("lathe"), folder, {}))
        theirs: list[Theirs] = []
        for peer in wanted:
            run.say(f"starting {peer.name} {peer.version()}")
            runner = agent_run.peer(peer, stack.enter_context(peer.started()))
            theirs.append(Theirs(peer, runner))
        for who in [ours, *(each.runner for each in theirs)]:
            agent_run.turns(who)
            agent_run.fan_out(who, 2)
        yield ours, theirs


@dataclass(frozen=True)
class Theirs:
    """A framework that runs."""

    peer: AgentPeer
    runner: Runner


def _against(figures: Sequence[str], peer: AgentPeer) -> list[str]:
    return [f"{figure}_vs_{peer.key}" for figure in figures]


def _in_turns(
    who: Sequence["Runner | Theirs"], times: int, measure: Callable[[Runner], _T]
) -> list[list[_T]]:
    """Measure each once, then each once more, and so on."""
    runners = [each.runner if isinstance(each, Theirs) else each for each in who]
    rounds = [[measure(runner) for runner in runners] for _ in range(times)]
    return [[one[at] for one in rounds] for at in range(len(runners))]


def compared(
    figure: str, unit: str, peers: Sequence[Theirs], values: Sequence[Value], beside: str = "cpu "
) -> Iterator[Figure]:
    """The figure against the best of them, and against each."""
    ours, *theirs = values

    def against(name: str, at: int) -> Figure:
        words = [each.beside for each in (ours, theirs[at])]
        note = f"{beside}{words[0]} and {words[1]}" if all(words) else ""
        runner = peers[at].runner
        concurrency = peers[at].peer.concurrency if figure.startswith("fanout") else ""
        said = ", ".join(each for each in (note, concurrency) if each)
        return Figure(name, ours.value, theirs[at].value, runner.name, unit, said)

    if theirs:
        yield against(figure, min(range(len(theirs)), key=lambda at: theirs[at].value))
    for at, each in enumerate(peers):
        yield against(f"{figure}_vs_{each.peer.key}", at)
