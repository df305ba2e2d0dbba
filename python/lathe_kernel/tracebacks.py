"""Tracebacks as a person at a Python prompt would see them, without frames of Lathe or IPython."""

import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import cast

from lathe_kernel.protocol import CellError

MAXIMUM_CHARACTERS = 100_000
_MAXIMUM_MESSAGE = 4_000
_OWN = str(Path(__file__).parent)


def described(error: BaseException) -> CellError:
    """Return an exception as a cell's error: type, message and full traceback."""
    return {
        "type": type(error).__qualname__,
        "message": _clipped("\n".join([_message(error), *_notes(error)]), _MAXIMUM_MESSAGE),
        "traceback": _clipped(formatted(error), MAXIMUM_CHARACTERS),
    }


def formatted(error: BaseException) -> str:
    """Return the traceback with causes and contexts, its own frames removed."""
    try:
        report = traceback.TracebackException.from_exception(error, compact=True)
        _filter(report, set())
        return "".join(report.format()).rstrip("\n")
    except Exception as failure:
        name = type(error).__qualname__
        return f"{name}: (its traceback cannot be written: {type(failure).__name__})"


def user_traceback(error: BaseException) -> TracebackType | None:
    """Return the part of the traceback that starts in the user's code."""
    trace = error.__traceback__
    while trace is not None and _is_own(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _filter(report: traceback.TracebackException, seen: set[int]) -> None:
    if id(report) in seen:
        return
    seen.add(id(report))
    kept = [frame for frame in report.stack if not _is_own(frame.filename)]
    report.stack[:] = kept
    for other in (report.__cause__, report.__context__, *(report.exceptions or ())):
        if other is not None:
            _filter(other, seen)


def _is_own(filename: str) -> bool:
    if filename.startswith(_OWN):
        return True
    shell = sys.modules.get("IPython")
    location = getattr(shell, "__file__", None)
    return location is not None and filename.startswith(str(Path(location).parent))


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failure:
        return f"(its message cannot be written: {type(failure).__name__})"


def _notes(error: BaseException) -> list[str]:
    notes = getattr(error, "__notes__", None)
    return (
        [one for one in cast("list[object]", notes) if isinstance(one, str)]
        if isinstance(notes, list)
        else []
    )


def _clipped(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    cut = len(text) - 2 * half
    return f"{text[:half]}\n… {cut:,} characters left out …\n{text[-half:]}"
