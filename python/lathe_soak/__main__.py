"""Work at random until the time is over: a JSON line a minute, and one at the end.

Exit status: 0 nothing was left behind, 1 something was or went wrong, 2 usage, 130 interrupted.
"""

import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter, deque
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from lathe_bench import processes
from lathe_bench.cells import BenchError
from lathe_bench.steps import StepProcess
from lathe_soak import work
from lathe_soak.watch import Sample, drift, settled

_SUBTASKS_PER_HOUR = 10_000
_CONVERSATION = 15.0
_WARM_UP = 3
"""Conversations before the first sample: caches fill, allocators take what they keep."""


class Soak:
    """One session under random work, and what it took so far."""

    def __init__(self, lathe: StepProcess, folder: Path, seconds: float, seed: int) -> None:
        """Prepare; `folder` is where everything below lathe puts its files."""
        self._lathe = lathe
        self._folder = folder
        self._seconds = seconds
        self._chance = random.Random(seed)
        self._seed = seed
        self._done: Counter[str] = Counter()
        self._samples: list[Sample] = []
        self._began = time.monotonic()
        self._grown: list[str] = []
        self._told = 0
        self._last: deque[str] = deque(maxlen=6)

    def run(self) -> list[str]:
        """Work until the time is over; return what was left behind."""
        self._lathe.step("open", code=work.SUBTASK, count=8)
        conversations = 0
        while self._elapsed < self._seconds:
            self._converse(min(self._elapsed + _CONVERSATION, self._seconds))
            self._lathe.step("renew")
            self._forget_outputs()
            conversations += 1
            if conversations > _WARM_UP:
                self._look()
        found = self._grown + drift(self._samples)
        self._tell("end", found)
        self._lathe.step("close")
        return found

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _converse(self, until: float) -> None:
        while self._elapsed < until:
            due = _SUBTASKS_PER_HOUR / 3600 * self._elapsed
            behind = self._done["subtasks"] < due
            for piece in work.delegations(self._chance) if behind else work.turns(self._chance):
                self._do(piece)

    def _do(self, piece: work.Piece) -> None:
        answer = self._lathe.step(piece.step, code=piece.code, count=piece.stopped_after)
        self._done[piece.kind] += 1
        self._done["subtasks"] += piece.subtasks
        self._last.append(piece.kind)
        if answer.value.partition(":")[0] != piece.ends:
            raise BenchError(
                f"seed {self._seed}, after {', '.join(self._last)}: ended as {answer.value}, "
                f"not {piece.ends}: {piece.code!r}"
            )

    def _look(self) -> None:
        base = self._samples[0] if self._samples else None
        # What has grown for good need not be waited for again.
        sample = settled(self._lathe.number, self._folder, None if self._grown else base)
        self._samples.append(sample)
        self._grown = sample.over(base) if base else []
        if self._elapsed // 60 > self._told:
            self._told = int(self._elapsed // 60)
            self._tell(f"minute {self._told}", self._grown)

    def _tell(self, when: str, found: list[str]) -> None:
        line: dict[str, object] = {
            "soak": when,
            "seconds": round(self._elapsed),
            "seed": self._seed,
        }
        line |= dict(self._done)
        if self._samples:
            line |= {name: round(value, 1) for name, value in asdict(self._samples[-1]).items()}
        if when == "end" and self._samples:
            line["first"] = asdict(self._samples[0])
        line["left_behind"] = found
        print(json.dumps(line), flush=True)

    def _forget_outputs(self) -> None:
        for kind in ("outputs", "artifacts"):
            for folder in self._folder.rglob(kind):
                for file in folder.iterdir():
                    file.unlink()


def main(arguments: list[str]) -> int:
    """Soak for the seconds that are asked for."""
    if len(arguments) != 4 or not arguments[2].isdigit() or not arguments[3].isdigit():
        print("usage: python -m lathe_soak PROGRAM ROOT SECONDS SEED", file=sys.stderr)
        return 2
    program, root, seconds, seed = Path(arguments[0]), Path(arguments[1]), *map(int, arguments[2:])
    signal.signal(signal.SIGTERM, _end)
    status = 1
    print(f"soak: {seconds} s, seed {seed}", file=sys.stderr, flush=True)
    try:
        processes.become_reaper()
        with tempfile.TemporaryDirectory(prefix="lathe-soak-") as folder:
            command = [str(program), "kernels", str(root)]
            with StepProcess("lathe-bench", command, {"TMPDIR": folder}) as lathe:
                found = Soak(lathe, Path(folder), seconds, seed).run()
        for each in found:
            print(f"soak: left behind: {each}", file=sys.stderr)
        status = 1 if found else 0
    except BenchError as error:
        print(f"soak: failed: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        status = 130
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if left := processes.end_all():
        print(f"soak: {left} processes could not be ended", file=sys.stderr)
    elif status == 130:
        print("soak: interrupted; everything that was started has been ended", file=sys.stderr)
    return status


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
