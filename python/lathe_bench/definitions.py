"""Definitions of tools: real ones, collected from servers, then made ones of the same sizes."""

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

_TOOLS = Path(__file__).with_name("collected_tools.jsonl")
_MADE_SERVERS = 20
_WORD = re.compile(r"[A-Za-z]{3,}")


@dataclass(frozen=True)
class Definition:
    """One tool, as its server lists it."""

    server: str
    tool: dict[str, Any]

    @property
    def name(self) -> str:
        """The name that the server gives it."""
        return str(self.tool["name"])

    @property
    def function(self) -> dict[str, Any]:
        """The tool as chat completions want it declared."""
        described = str(self.tool.get("description") or "")
        function = {"name": self.name, "description": described}
        return {"type": "function", "function": function | {"parameters": self.tool["inputSchema"]}}


@cache
def collected() -> tuple[Definition, ...]:
    """Return the real ones, in an order that is mixed and always the same.

    No two have one name, also not as identifiers: frameworks tell tools apart by name alone, so a
    name that several servers have stands here once, for the first.
    """
    lines = [json.loads(line) for line in _TOOLS.read_text(encoding="utf-8").splitlines()]
    every = [Definition(line["server"], line["tool"]) for line in lines]
    unique = {_identifier(each.name): each for each in sorted(every, key=_order, reverse=True)}
    return tuple(sorted(unique.values(), key=_order))


def first(count: int, needed: Sequence[tuple[str, str]]) -> list[Definition]:
    """Return so many definitions, those of the needed (server, name) among them."""
    real = list(collected())
    wanted = [each for each in real if (each.server, each.name) in needed]
    if len(wanted) != len(needed):
        raise ValueError(f"not collected: {needed}")
    rest = [each for each in real if each not in wanted]
    found = sorted((wanted + rest)[:count], key=_order)
    return found + list(made(count - len(found)))


def made(count: int) -> Iterator[Definition]:
    """Yield definitions that are like the real ones but for the words of their names and texts.

    Each word is exchanged for another real word of the same length, so that sizes stay; schemas
    keep their shape and the names of their parameters.
    """
    real = collected()
    words = _vocabulary()
    taken = {_identifier(each.name) for each in real}
    for number in range(count):
        like = real[number % len(real)]
        chance = random.Random(number)
        name = _unused(like.name, words, chance, taken)
        tool = _reworded(like.tool, words, chance) | {"name": name}
        yield Definition(f"made_{number % _MADE_SERVERS + 1:02}", tool)


def by_server(definitions: Sequence[Definition]) -> dict[str, list[dict[str, Any]]]:
    """Return the tools of each server."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in definitions:
        found.setdefault(each.server, []).append(each.tool)
    return found


def _order(definition: Definition) -> str:
    return hashlib.sha256(f"{definition.server}/{definition.name}".encode()).hexdigest()


@cache
def _vocabulary() -> dict[int, list[str]]:
    """Return the words of all real texts by length, as often as they are used."""
    found: dict[int, list[str]] = {}
    for each in collected():
        for word in _WORD.findall(str(each.tool.get("description") or "")):
            found.setdefault(len(word), []).append(word.lower())
    return found


def _unused(like: str, words: dict[int, list[str]], chance: random.Random, taken: set[str]) -> str:
    name = _exchanged(like, words, chance)
    while _identifier(name) in taken:
        name = _exchanged(like, words, chance) + f"_{chance.choice(words[6])}"
    taken.add(_identifier(name))
    return name


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _reworded(value: Any, words: dict[int, list[str]], chance: random.Random) -> Any:
    """Exchange the words of all texts that describe something; nothing else changes."""
    if isinstance(value, list):
        return [_reworded(each, words, chance) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    return {
        key: _exchanged(inner, words, chance)
        if key in {"description", "title"} and isinstance(inner, str)
        else _reworded(inner, words, chance)
        for key, inner in cast("dict[str, Any]", value).items()
    }


def _exchanged(text: str, words: dict[int, list[str]], chance: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        word = match.group()
        found = chance.choice(words.get(len(word)) or [word.lower()])
        return found.capitalize() if word[0].isupper() else found

    return _WORD.sub(other, text)
