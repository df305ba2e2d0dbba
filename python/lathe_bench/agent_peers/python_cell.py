"""Python in the framework's own process, for those that bring none: the least that it can cost."""

import contextlib
import io
from collections.abc import Callable
from typing import Any


def python_cell(names: dict[str, Any] | None = None) -> Callable[[str], str]:
    """Return what runs code with these names, and gives what it printed."""
    namespace: dict[str, Any] = dict(names or {})

    def run(code: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, namespace)
        return printed.getvalue()

    return run
