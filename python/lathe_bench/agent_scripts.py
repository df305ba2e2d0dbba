"""What the scripted model replies to each way of running cells and sub-agents.

A reply holds no result: totals are read from what code printed, and where one is wrong there is no
measurement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lathe_bench import agent_job, tokens
from lathe_bench.scripted_model import Call, Calls, Reply, Words

_MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Way:
    """How a framework runs code and sub-agents; each takes the fewest requests that it can."""

    run: Callable[[str], Reply]
    """From code to the reply that runs it."""
    end: Callable[[str], Reply]
    """From an expression to the reply that ends a task with its value, or with these words."""
    dispatch: Callable[[int], Reply]
    """From the number of parts to the reply that gives each to a sub-agent."""
    answer: Callable[[str], Reply]
    """From what a sub-agent was asked to the reply that adds its part up."""


def _tool(code: str) -> Reply:
    return Call("python", {"code": code})


def _fenced(code: str) -> Reply:
    return Words(f"Thought: one cell.\n<code>\n{code}\n</code>")


def _lathe_fan_out(count: int) -> Reply:
    size = f"range(number, number + {agent_job.SIZE})"
    return _tool(
        f"parts = {{f'part {{number}}': list({size}) for number in range({count})}}\n"
        "adder = lathe.agent('adder', 'Add up what you are given.', {'total': int})\n"
        f"names, outcomes = list(parts), []\nfor at in range(0, {count}, {_MOST_AT_ONCE}):\n"
        f"    some = {{name: parts[name] for name in names[at : at + {_MOST_AT_ONCE}]}}\n"
        f"    outcomes += lathe.delegate_each(adder, some, {agent_job.worker_task()!r})\n"
        "print(sum(outcome.value['total'] for outcome in outcomes))"
    )


def _smolagents_fan_out(count: int) -> Reply:
    asked = agent_job.worker_task().replace("your part", "part {number}")
    return _fenced(
        f"total = 0\nfor number in range({count}):\n"
        f"    report = adder(task=f'{asked}')\n"
        "    total += int(str(report).split()[-1])\nprint(total)"
    )


def _calls(argument: Callable[[int], dict[str, Any]]) -> Callable[[int], Reply]:
    """Calls of a tool that is a sub-agent, as many at once as there are parts."""
    return lambda count: Calls(tuple(Call("adder", argument(part)) for part in range(count)))


def _tool_calls(argument: Callable[[int], dict[str, Any]]) -> Way:
    return Way(
        _tool,
        Words,
        _calls(argument),
        lambda asked: _tool(f"print(sum(parts[{agent_job.part_of(asked)}]))"),
    )


LATHE = Way(
    _tool,
    lambda text: _tool(f"lathe.answer('{text}')"),
    _lathe_fan_out,
    lambda asked: _tool("lathe.answer({'total': sum(data)})"),
)
SMOLAGENTS = Way(
    _fenced,
    lambda text: _fenced(f"final_answer('{text}')"),
    _smolagents_fan_out,
    lambda asked: _fenced(f"final_answer(sum(parts[{agent_job.part_of(asked)}]))"),
)
NUMBERED = _tool_calls(lambda part: {"part": part})
ASKED_AS_INPUT = _tool_calls(lambda part: {"input": agent_job.worker_task(part)})
ASKED_AS_TASK = _tool_calls(lambda part: {"task": agent_job.worker_task(part)})


def turns(way: Way, note: Callable[[int], None]) -> Callable[[int, dict[str, Any]], Reply]:
    """The cells one after the other; `note` is called at each turn's request."""

    def reply(index: int, request: dict[str, Any]) -> Reply:
        if index:
            _expect(agent_job.total_after(index - 1), newest(request))
        note(index)
        return way.run(agent_job.cell(index)) if index < agent_job.TURNS else way.end("done")

    return reply


@dataclass
class FanOut:
    """A coordinator and its sub-agents, told apart by what they were asked."""

    way: Way
    count: int
    note: Callable[[str], None]
    """Is told of each request: `begin`, `work` or `end`."""
    begun: int | None = None
    ended: int | None = None

    def __call__(self, index: int, request: dict[str, Any]) -> Reply:
        """Return the next reply to whoever asks."""
        asked = tokens.told(request | {"tools": []})
        if agent_job.is_worker(asked):
            self.note("work")
            if _has_replied(request):
                return Words(str(agent_job.last_number(newest(request))))
            return self.way.answer(asked)
        if not _has_replied(request):
            self.begun = index
            self.note("begin")
            return self.way.dispatch(self.count)
        self.note("end")
        self.ended = index
        _expect(agent_job.whole(self.count), self._said(request))
        return self.way.end(str(agent_job.whole(self.count)))

    def _said(self, request: dict[str, Any]) -> str:
        """What the sub-agents came to: a figure that code made, or that of each, added up here."""
        results = [each for each in request["messages"] if each["role"] == "tool"]
        if len(results) < self.count:
            return newest(request)
        return str(sum(agent_job.last_number("\n".join(tokens.texts_of(each))) for each in results))


def newest(request: dict[str, Any]) -> str:
    """Return what was said since the model's last reply."""
    messages = request["messages"]
    said = [at for at, each in enumerate(messages) if each["role"] == "assistant"]
    return "\n".join(
        text for each in messages[(said[-1] + 1 if said else 0) :] for text in tokens.texts_of(each)
    )


def _has_replied(request: dict[str, Any]) -> bool:
    return any(each["role"] == "assistant" for each in request["messages"])


def _expect(total: int, said: str) -> None:
    if f"{total}" not in said:
        raise ValueError(f"{total} was to come, not {said[:300]!r}")
