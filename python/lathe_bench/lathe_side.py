"""Lathe's kernels, measured by `lathe-bench` in the language that lathe is written in."""

import json
import subprocess
from pathlib import Path

from lathe_bench import processes
from lathe_bench.cells import OUTPUT_BYTES, Code
from lathe_bench.steps import StepProcess


class LatheSide(StepProcess):
    """A running `lathe-bench kernels`; its kernels and folders are gone when the body ends."""

    def __init__(self, program: Path, root: Path) -> None:
        """Start the program; nothing is measured yet."""
        super().__init__("lathe-bench", [program, "kernels", root], {})

    # Kernels of a host.

    def start(self, code: Code) -> float:
        """Return the seconds from nothing to the first result; the session stays."""
        return self._run("start", code)[0]

    def cells(self, code: Code, count: int) -> list[float]:
        """Return the seconds of each of `count` runs in the session's kernel."""
        return self._run("cells", code, count)

    def output(self, code: Code) -> float:
        """Return the seconds until everything that a cell printed is kept."""
        return self._run("output", code, OUTPUT_BYTES)[0]

    def interrupt(self, code: Code, count: int) -> list[float]:
        """Return the seconds from each interrupt of a cell to its result."""
        return self._run("interrupt", code, count)

    def kernel(self, code: Code) -> float:
        """Return the seconds until one more kernel has given its first result."""
        return self._run("kernel", code)[0]

    def kernels(self, code: Code, count: int) -> float:
        """Return the seconds until the last of `count` kernels has given its first result."""
        return self._run("kernels", code, count)[0]

    def keep(self, code: Code, count: int) -> float:
        """Do the same, and keep the kernels until `stop`."""
        return self._run("keep", code, count)[0]

    def begin_flood(self, code: Code) -> None:
        """Begin a cell in the session's kernel and do not wait for its end."""
        self._run("begin", code)

    def beside(self, code: Code, count: int) -> list[float]:
        """Return the seconds of each of `count` runs in the kernel that was kept last."""
        return self._run("beside", code, count)

    def end_flood(self) -> float:
        """Return the seconds that the cell which was begun took, once it has ended."""
        return self.step("finish").seconds[0]

    def checkpoint(self) -> float:
        """Return the seconds that a checkpoint of the session's kernel took."""
        return self.step("checkpoint").seconds[0]

    def rollback(self, code: Code) -> float:
        """Return the seconds until the kernel as it was gives the result of the code."""
        return self._run("rollback", code)[0]

    def stop(self) -> None:
        """End the session."""
        self.step("stop")

    def kernel_processes(self) -> list[int]:
        """Return the process numbers of all kernels: what a template has forked."""
        inside = [each for each in processes.below(self.number) if each.name == "lathe-kernel"]
        templates = {each.number for each in inside}
        return [each.number for each in inside if each.parent in templates]

    # A whole session.

    def open(self, subtask: str, parallel: int = 1) -> None:
        """Open a session whose subtasks run the cell `subtask`, so many at the same time."""
        self.step("open", code=subtask, count=parallel)

    def execute(self, code: Code) -> tuple[float, str]:
        """Return the seconds that a cell of the user's took, and its value."""
        answer = self.step("execute", code=code.text, expected=code.expected)
        return answer.seconds[0], answer.value

    def close(self) -> None:
        """End that session."""
        self.step("close")

    def _run(self, step: str, code: Code, count: int = 1) -> list[float]:
        return self.step(step, code=code.text, expected=code.expected, count=count).seconds


def prompts(program: Path) -> dict[str, str]:
    """Return the coordinator's fixed prompts as lathe sends them, by the kind of model."""
    done = subprocess.run([program, "prompts"], capture_output=True, text=True, check=True)
    parsed = [json.loads(line) for line in done.stdout.splitlines()]
    return {str(prompt["name"]): str(prompt["text"]) for prompt in parsed}
