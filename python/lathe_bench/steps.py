"""A process that does one measured step a line: `lathe-bench`, or a peer of its own."""

import json
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, cast

from lathe_bench.cells import BenchError


@dataclass(frozen=True)
class Answer:
    """What a step measured."""

    seconds: list[float]
    value: str


class StepProcess:
    """A running program; all that it started is gone when the body ends."""

    def __init__(
        self, name: str, command: Sequence[str | os.PathLike[str]], environment: Mapping[str, str]
    ) -> None:
        """Start the program; nothing is measured yet."""
        self.name = name
        # A word to whoever looks for the reason of an end; nobody reads the rest.
        self._words = os.memfd_create("lathe-bench-words")
        # In a session of its own: Ctrl-C ends the measurement, which then ends the program.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            text=True,
            start_new_session=True,
            env={**os.environ, **environment},
        )

    def __enter__(self) -> Self:
        """Return the process itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the program's input, which ends all that it started, and wait for it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=20 if kind is None else 3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._words)

    @property
    def number(self) -> int:
        """The process number."""
        return self._process.pid

    def step(self, name: str, *, within: float | None = None, **fields: object) -> Answer:
        """Do one step and return what it measured; the program is ended after `within` seconds."""
        watch = threading.Timer(within, self._process.kill) if within else None
        try:
            self.begin(name, **fields)
            if watch:
                watch.start()
            return self.end(name)
        finally:
            if watch:
                watch.cancel()

    def begin(self, name: str, **fields: object) -> None:
        """Begin a step; `end` waits for it."""
        if self._process.stdin is None:
            raise BenchError(f"{self.name} has no input")
        try:
            self._process.stdin.write(json.dumps({"step": name} | fields) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise BenchError(self._ended(name)) from None

    def end(self, name: str) -> Answer:
        """Wait for the step that was begun."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise BenchError(self._ended(name))
        answer = cast("dict[str, Any]", json.loads(line))
        if "error" in answer:
            raise BenchError(f"{self.name}, step {name}: {answer['error']}")
        return Answer([float(each) for each in answer["seconds"]], str(answer.get("value") or ""))

    def _ended(self, step: str) -> str:
        written = os.fstat(self._words).st_size
        last = os.pread(self._words, 2000, max(written - 2000, 0)).decode(errors="replace").strip()
        return f"{self.name} ended at step {step}" + (f": {last}" if last else "")
