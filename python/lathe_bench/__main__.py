"""Print one JSON line a figure; progress and the machine go to standard error.

Exit status: 0 measured, 1 a limit is exceeded or a measurement failed, 2 usage, 130 interrupted.
"""

import os
import platform
import signal
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from types import FrameType

from lathe_bench import document, options, processes
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Line
from lathe_bench.lathe_side import LatheSide
from lathe_bench.options import Options
from lathe_bench.run import Measurement, Run
from lathe_bench.sets import SETS

_PEERS = ("ipykernel", "jupyter_client", "xeus-python", "ray", "joblib", "dill")


def main(arguments: list[str]) -> int:
    """Measure what is asked for."""
    chosen = options.parsed(arguments)
    measurements = [each for each in SETS[chosen.of] if not chosen.wanted.isdisjoint(each.names)]
    signal.signal(signal.SIGTERM, _end)
    status = 1
    try:
        processes.become_reaper()
        options.check(measurements)
        _measure(chosen, measurements)
        status = 0
    except BenchError as error:
        say(f"failed: {error}")
    except KeyboardInterrupt:
        status = 130
    # Nothing may cut this short.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    left = processes.end_all()
    if left:
        say(f"{left} processes that were started could not be ended")
    elif status == 130:
        say("interrupted; everything that was started has been ended")
    return status


def _measure(chosen: Options, measurements: list[Measurement]) -> None:
    started = time.monotonic()
    about = machine()
    say(f"{about}; load {loads()}")
    lines: list[Line] = []
    with LatheSide(chosen.program, chosen.root) as lathe:
        run = Run(chosen.program, lathe, chosen.wanted, chosen.quick, say)
        for measurement in measurements:
            say(f"measuring {measurement.measure.__name__}")
            for line in measurement.measure(run):
                if (line.benchmark if isinstance(line, Figure) else line.floor) in chosen.wanted:
                    print(line.line, flush=True)
                    lines.append(line)
    say(f"load after: {loads()}; {time.monotonic() - started:.0f} s")
    if chosen.document:
        document.write(chosen.document, chosen.of, about, lines)
        say(f"written to {chosen.document}")


def say(text: str) -> None:
    """Tell whoever watches."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def machine() -> str:
    """Return what kind of machine this is, and which peers are there."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    packages = ", ".join(f"{name} {found}" for name in _PEERS if (found := _version(name)))
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, {packages}"
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def loads() -> str:
    """Return how many processes wanted a core in the last one and five minutes."""
    one, five, _ = os.getloadavg()
    return f"{one:.2f} {five:.2f}"


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
