"""What `help` shows of a capability: its signature and its docstring, within a bound."""

import inspect
import re
import types
from typing import Any

# By the estimate below, which is above what o200k makes of such text.
_TOKENS = 185
_LEAST = 24
# Letters in pieces of five, digits of three, signs one by one; a space joins what comes next.
_PIECE = re.compile(r"[A-Z]?[a-z]{1,5}|[A-Z]{1,5}|[0-9]{1,3}|[^\sA-Za-z0-9]|\n\s*")


def bound_page(f: Any, name: str) -> None:
    """Shorten a capability's docstring so that `help(f)` stays within 200 tokens.

    What is left out is told, with how to see it: the source is whole.
    """
    if not isinstance(f, types.FunctionType) or f.__doc__ is None:
        return
    head = (
        f"Help on function {name} in module lathe.capabilities.{name}:\n\n{_signature(f, name)}\n"
    )
    room = max(_TOKENS - estimate(head), _LEAST)
    text = inspect.cleandoc(f.__doc__)
    # pydoc indents each line.
    if estimate(text) + text.count("\n") <= room:
        return
    end = f"[… cut; whole: import inspect; print(inspect.getsource({name}))]"
    f.__doc__ = f"{_cut(text, room - estimate(end) - 2)}\n{end}"


def estimate(text: str) -> int:
    """Return how many tokens a text is at most, as far as that is known without the tokenizer."""
    count = 0
    for piece in _PIECE.findall(text):
        count += 1 if piece.isascii() else 1 if piece.isalpha() else min(3, len(piece.encode()))
    return count


def _signature(f: Any, name: str) -> str:
    try:
        return f"{name}{inspect.signature(f)}"
    except (TypeError, ValueError):
        return name


def _cut(text: str, room: int) -> str:
    """Return whole lines, then whole words, as many as there is room for."""
    kept: list[str] = []
    for line in text.split("\n"):
        cost = estimate(line) + 2
        if cost > room:
            words = line.split(" ")
            while words and estimate(" ".join(words)) + 2 > room:
                words.pop()
            kept += [" ".join(words)] if words else []
            break
        room -= cost
        kept.append(line)
    return "\n".join(kept).rstrip()
