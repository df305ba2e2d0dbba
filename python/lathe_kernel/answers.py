"""Answers: a session's is Markdown, a subtask's is a value that its agent may check."""

import json
from collections.abc import Callable
from typing import Any

from lathe_kernel.errors import AnswerRejected
from lathe_kernel.packages import is_pandas
from lathe_kernel.plain import plain

_SHOWN_ROWS = 50

Check = Callable[[Any], object]


def as_markdown(value: object) -> str:
    """Return a session's answer as Markdown; data small enough to read becomes a fenced block.

    Raises:
        LatheError: the value is no text and cannot be written as JSON.
        AnswerRejected: a frame too long to read.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    if is_pandas(value, "DataFrame", "Series"):
        data: Any = value
        if len(data) > _SHOWN_ROWS:
            raise AnswerRejected(
                f"{len(data):,} rows are not an answer: say in Markdown what they show, and save "
                'them with `lathe.save_artifact("name.csv", frame)`.'
            )
        return f"```\n{data.to_string()}\n```"
    return f"```json\n{json.dumps(plain(value), ensure_ascii=False, indent=2)}\n```"


def about_null(value: object, reason: str) -> str:
    """Return what to add to a refusal of null where the value held no None of its own."""
    if "not null" not in reason or "None" in repr(value):
        return ""
    return " (NaN, NaT and NA count as null)"


def checked(value: Any, check: Check | None) -> None:
    """Let an agent's own check judge a value.

    Raises:
        AnswerRejected: the check returned False or a reason, or raised.
    """
    if check is None:
        return
    try:
        verdict = check(value)
    except Exception as error:
        text = str(error)
        plain_refusal = isinstance(error, AssertionError | ValueError) and text
        raise AnswerRejected(text if plain_refusal else f"{type(error).__name__}: {text}") from None
    if isinstance(verdict, str) and verdict:
        raise AnswerRejected(verdict)
    if verdict is False:
        raise AnswerRejected("the agent's check refused the value without a reason.")
