"""Which lines of a module each test reaches."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

_Tracer = Callable[[FrameType, str, Any], Any]


class Reach:
    """Notes the lines of one file that run while it is entered, in all threads of this process.

    What runs in other processes, or under a tracer of the code's own, is not seen; then nothing is
    known.
    """

    def __init__(self, file: Path) -> None:
        """Begin with the lines that belong to no test."""
        self.test = ""
        self._file = str(file)
        self._lines: dict[str, set[int]] = {}
        self._is_whole = True

    def __enter__(self) -> "Reach":
        """Begin to trace."""
        os.register_at_fork(after_in_parent=self._lose)
        threading.settrace(self._of_call)
        sys.settrace(self._of_call)
        return self

    def __exit__(self, *_: object) -> None:
        """End it; where another tracer took its place, what was seen is not all."""
        if getattr(sys.gettrace(), "__func__", None) is not Reach._of_call:
            self._lose()
        sys.settrace(None)

    def listed(self) -> dict[str, list[int]] | None:
        """Return the lines by test, those of none under "" ; None where not all was seen."""
        if not self._is_whole:
            return None
        return {test: sorted(lines) for test, lines in self._lines.items()}

    def _lose(self) -> None:
        self._is_whole = False

    def _of_call(self, frame: FrameType, _event: str, _value: Any) -> _Tracer | None:
        return self._of_line if frame.f_code.co_filename == self._file else None

    def _of_line(self, frame: FrameType, _event: str, _value: Any) -> _Tracer:
        self._lines.setdefault(self.test, set()).add(frame.f_lineno)
        return self._of_line
