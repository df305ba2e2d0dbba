"""Tools that the SDK leaves out of a list, which it only logs."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from lathe_tools.faults import shortened

_LOGGER = "client"
_SAYS = "dropping tool"
_noted: ContextVar[list[dict[str, str]] | None] = ContextVar("left_out", default=None)


@contextmanager
def noting() -> Generator[list[dict[str, str]]]:
    """Give a list that fills with `{"tool", "reason"}` while this task asks for tools."""
    logger = logging.getLogger(_LOGGER)
    logger.setLevel(logging.WARNING)
    if _note not in logger.filters:
        logger.addFilter(_note)
    found: list[dict[str, str]] = []
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def _note(record: logging.LogRecord) -> bool:
    """Take what is said of a tool; everything else stays in the log."""
    found = _noted.get()
    if found is None or not str(record.msg).startswith(_SAYS):
        return record.levelno >= logging.ERROR
    name = str(record.args[0]) if isinstance(record.args, tuple) and record.args else ""
    reason = record.getMessage().rpartition(": ")[2]
    said = f"the protocol forbids to use it, so it is left out: {shortened(reason, 200)}"
    found.append({"tool": name[:128], "reason": said})
    return False
