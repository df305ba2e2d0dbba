"""SIGINT reaches a running cell and nothing else."""

import contextlib
import importlib
import signal
import threading
from collections.abc import Generator
from types import FrameType
from typing import Any

# Not `signal.signal`, which looks for the name of every handler that it sets.
_set_handler: Any = importlib.import_module("_signal").signal


class Interrupts:
    """Raises KeyboardInterrupt while armed; ignores SIGINT otherwise.

    While held, an interrupt waits until the hold ends: a frame that is half sent would break the
    channel.
    """

    def __init__(self) -> None:
        """Start disarmed."""
        self._armed = False
        self._holds = 0
        self._pending = False

    def install(self) -> None:
        """Take the signal over; called in each kernel and again before each cell."""
        _set_handler(signal.SIGINT, self._handle)

    def disarm(self) -> None:
        """Forget what was under way: a copy of a kernel runs no cell yet.

        Holds stay with the bodies that took them, which end in a copy as well.
        """
        self._armed = False
        self._pending = False

    @contextlib.contextmanager
    def armed(self) -> Generator[None]:
        """Let SIGINT raise in the body, and only there."""
        self.install()
        self._pending = False
        self._armed = True
        try:
            yield
        finally:
            self._armed = False

    @contextlib.contextmanager
    def held(self) -> Generator[None]:
        """Delay an interrupt until the body is done."""
        if threading.current_thread() is not threading.main_thread():
            yield  # Signals are handled on the main thread only.
            return
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            if self._pending and self._holds == 0:
                self._pending = False
                if self._armed:
                    raise KeyboardInterrupt

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._armed:
            return
        if self._holds:
            self._pending = True
            return
        raise KeyboardInterrupt
