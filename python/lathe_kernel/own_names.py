"""What `lathe` itself has, and which of it fits a need: told beside what a search found."""

import re
from collections.abc import Iterable

METHODS = (
    "accept",
    "agent",
    "agents",
    "answer",
    "apart",
    "ask_model",
    "branch",
    "capabilities",
    "cells",
    "checkpoint",
    "context",
    "decline",
    "decompose",
    "delegate",
    "delegate_each",
    "evidence",
    "examine_agent",
    "examine_function",
    "find",
    "gather",
    "forget",
    "handoff",
    "heard",
    "ledger",
    "load_arrow",
    "load_csv",
    "load_parquet",
    "messages",
    "note",
    "output",
    "plan",
    "resource",
    "resources",
    "recall",
    "remember",
    "reply",
    "request",
    "request_specialist",
    "rollback",
    "roundtable",
    "save_agent",
    "save_artifact",
    "save_function",
    "save_refined",
    "save_written",
    "send",
    "step",
    "subtask",
    "subtasks",
    "synthesise",
    "tools",
    "wait",
)
"""Functions and parts of the `lathe` object, as code names them."""

_TOLD = 2
# A need has to share so much with a function: a word of its name counts twice.
_LEAST = 3
_WORDS = """
all and any are ask because been can code data each else every find for from function get give
has have how into its look made make mean name need not one only other others over own result
results return returns same say several show some tell than that the their them then there they
this use what when where which who why with without work would you your
"""
_COMMON = frozenset(_WORDS.split())
_PROMPT = """
answer ask_model branch checkpoint delegate delegate_each find rollback save_agent save_artifact
save_function
"""
# Every model is told of these in its prompt.
_KNOWN = frozenset(_PROMPT.split())


def fitting(need: str, functions: Iterable[tuple[str, str | None]]) -> str:
    """Return a line for each of at most two functions that share words with a need.

    `functions` are names with docstrings, whose first lines count; of those that fit alike the
    first come first. Empty where none fits.

    >>> fitting("plan steps that depend on each other", [("plan", "Plan steps that depend.")])
    'lathe.plan: Plan steps that depend. See help(lathe.plan).'
    """
    wanted = _stems(need)
    scored: list[tuple[int, str]] = []
    for name, page in functions:
        if name in _KNOWN:
            continue
        first = (page or "").strip().split("\n", 1)[0]
        named = wanted & _stems(name.replace("_", " "))
        score = 2 * len(named) + len((wanted & _stems(first)) - named)
        if score >= _LEAST:
            scored.append((score, f"lathe.{name}: {first} See help(lathe.{name})."))
    scored.sort(key=lambda one: -one[0])
    return "\n".join(line for _, line in scored[:_TOLD])


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z]{3,}", text.lower())
    return {re.sub(r"(?:ings?|ed|es|s)$", "", word) for word in words if word not in _COMMON}
