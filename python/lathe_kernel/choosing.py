"""Agents for words: what lathe finds, and how one of them is chosen where code names none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.schema import Schema

MAXIMUM_FOUND = 5
_FEW = 3
_WORDS = 2_000
_SHOWN_TASK = 2_000
_LINE = 200


@dataclass(frozen=True)
class AgentFound:
    """An agent that fits: `lathe.delegate` takes it in place of a name.

    `match` is how well it fits, 0 to about 1; `health` what became of its subtasks on this machine.
    """

    name: str
    what: str
    returns: Schema | None
    match: float
    health: str
    skills: tuple[str, ...]
    role: str
    model: str | None
    # Whether it fits about as well as the best.
    is_close: bool
    # The search that found it, for lathe, and how many it found.
    search: int
    count: int

    def __repr__(self) -> str:
        """Show what it is for, what it returns, and how it did."""
        return (
            f"{self.name} ({self.match:.2f}): {_cut(self.what)} -> {_members(self.returns)}; "
            f"{self.health}"
        )


class AgentsFound(list[AgentFound]):
    """Agents, the best first; `left_out` says which others fit and why they are not chosen."""

    def __init__(self, found: Sequence[AgentFound], left_out: list[dict[str, str]], note: str):
        """Hold what was found, what was left out, and a note on how it was searched."""
        super().__init__(found)
        self.left_out = left_out
        self.note = note

    def __repr__(self) -> str:
        """Show a line for each."""
        lines = [repr(one) for one in self] or ["no agent fits"]
        lines += [f"not chosen: {one['agent']}, {_cut(one['reason'])}" for one in self.left_out]
        return "\n".join([*lines, *([f"({self.note})"] if self.note else [])])


def found(channel: Channel, words: object, limit: int = _FEW) -> AgentsFound:
    """Ask lathe which agents fit words.

    Raises:
        LatheError: there are no words, or the library cannot be searched.
    """
    text = " ".join(str(words).split())
    if not text:
        raise invalid('say what is needed: lathe.agents("compare delays by carrier").')
    arguments = {"query": text[:_WORDS], "limit": max(1, min(int(limit), MAXIMUM_FOUND))}
    reply = channel.call("agents", arguments)
    close(reply.descriptors)
    value = cast("dict[str, Any]", reply.value)
    every = cast("list[dict[str, Any]]", value["agents"])
    return AgentsFound(
        [_found(one, int(value["search"]), len(every)) for one in every],
        [dict(one) for one in value["left_out"]],
        str(value.get("caveat") or ""),
    )


def _found(one: dict[str, Any], search: int, count: int) -> AgentFound:
    profile = one["profile"]
    return AgentFound(
        name=str(one["agent"]),
        what=str(one["what"]),
        returns=one["returns"],
        match=float(one["match"]),
        health=str(one["health"]["text"]),
        skills=(*profile["skills"], *profile["specialises_in"]),
        role=str(profile["role"]),
        model=one["model"],
        is_close=bool(one["is_close"]),
        search=search,
        count=count,
    )


@dataclass(frozen=True)
class Choice:
    """An agent that was chosen, and what lathe is told of why."""

    agent: str
    search: int
    because: str

    def as_json(self) -> dict[str, Any]:
        """Return it as a part of a `delegate` call."""
        return {"search": self.search, "because": self.because}


def chosen(channel: Channel, agent: object, task: str) -> Choice | None:
    """Return what `agent` chooses: None for the best for the task, or one that was found.

    Returns None where `agent` is anything else, which names or defines one itself.

    Raises:
        LatheError: there is no task to choose by, or no agent fits it.
    """
    if isinstance(agent, AgentFound):
        among = f" of the {agent.count} that fit" if agent.count > 1 else ", the only one that fits"
        return Choice(agent.name, agent.search, f"code took it{among}")
    if agent is not None:
        return None
    if not task.strip():
        raise invalid("without an agent the task says what is needed: say it, or name an agent.")
    every = found(channel, task)
    if not every:
        reasons = "; ".join(f"{one['agent']}: {one['reason']}" for one in every.left_out)
        raise LatheError(
            "library",
            f"no agent fits this task{f' ({reasons})' if reasons else ''}: write instructions in "
            'place of a name, lathe.delegate("You …", task), or do it here.',
        )
    close_ones = [one for one in every if one.is_close]
    if len(close_ones) == 1:
        why = "it fits best by far" if len(every) > 1 else "it is the only one that fits"
        return Choice(close_ones[0].name, close_ones[0].search, why)
    return _by_model(channel, close_ones, task)


def _by_model(channel: Channel, few: list[AgentFound], task: str) -> Choice:
    """Let a model choose among the few that fit about as well; without one, the first is taken."""
    lines = "\n".join(f"- {one!r}; can: {', '.join(one.skills) or 'not said'}" for one in few)
    prompt = (
        f"Which of these agents does this task best? Say why in one short sentence.\n\nTask:\n"
        f"{task.strip()[:_SHOWN_TASK]}\n\nAgents (match in brackets, then what became of them):\n"
        f"{lines}"
    )
    returns = {
        "type": "object",
        "properties": {
            "agent": {"enum": [one.name for one in few]},
            "because": {"type": "string"},
        },
        "required": ["agent", "because"],
    }
    arguments = {"prompt": prompt, "model": "small", "returns": returns}
    try:
        reply = channel.call("ask_model", arguments)
    except LatheError as error:
        first = few[0]
        return Choice(first.name, first.search, f"it is the first; no model chose: {error.reason}")
    close(reply.descriptors)
    value = cast("dict[str, Any]", reply.value["value"])
    name = str(value["agent"])
    taken = next((one for one in few if one.name == name), few[0])
    return Choice(taken.name, taken.search, f"a model chose it: {_cut(str(value['because']))}")


def _members(returns: Schema | None) -> str:
    if returns is None:
        return "text"
    members = returns.get("properties")
    if isinstance(members, dict) and members:
        return "{" + _cut(", ".join(cast("dict[str, Any]", members))) + "}"
    return str(returns.get("type") or "a value")


def _cut(text: str) -> str:
    short = " ".join(text.split())
    return short if len(short) <= _LINE else short[: _LINE - 1] + "…"
