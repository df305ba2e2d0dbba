"""Lathe's kernels, measured by `lathe-bench` in the language that lathe is written in."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from lathe_bench.cells import BenchError, Code


class LatheSide:
    """A running `lathe-bench kernels`; its kernels and folders are gone when the body ends."""

    def __init__(self, program: Path, root: Path) -> None:
        """Start the program; nothing is measured yet."""
        # In a session of its own: Ctrl-C ends the measurement, which then ends the program.
        self._process = subprocess.Popen(
            [program, "kernels", root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        """Return the side itself."""
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
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def start(self, code: Code) -> float:
        """Return the seconds from nothing to the first result; the session stays."""
        return self._step("start", code)[0]

    def cells(self, code: Code, count: int) -> list[float]:
        """Return the seconds of each of `count` runs in the session's kernel."""
        return self._step("cells", code, count)

    def kernel(self, code: Code) -> float:
        """Return the seconds until one more kernel has given its first result."""
        return self._step("kernel", code)[0]

    def kernels(self, code: Code, count: int) -> float:
        """Return the seconds until the last of `count` kernels has given its first result."""
        return self._step("kernels", code, count)[0]

    def stop(self) -> None:
        """End the session."""
        self._step("stop", None)

    def _step(self, step: str, code: Code | None, count: int = 1) -> list[float]:
        order: dict[str, object] = {"step": step, "count": count}
        if code is not None:
            order |= {"code": code.text, "expected": code.expected}
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise BenchError("lathe-bench has no pipes")
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise BenchError(f"lathe-bench ended at step {step}")
        answer = cast("dict[str, Any]", json.loads(line))
        if "error" in answer:
            raise BenchError(f"lathe-bench, step {step}: {answer['error']}")
        return [float(seconds) for seconds in answer["seconds"]]


def prompts(program: Path) -> dict[str, str]:
    """Return the coordinator's fixed prompts as lathe sends them, by the kind of model."""
    done = subprocess.run([program, "prompts"], capture_output=True, text=True, check=True)
    parsed = [json.loads(line) for line in done.stdout.splitlines()]
    return {str(prompt["name"]): str(prompt["text"]) for prompt in parsed}
