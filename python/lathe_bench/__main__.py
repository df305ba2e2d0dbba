"""Print one JSON line a figure; progress and the machine go to standard error.

Exit status: 0 measured, 1 a limit is exceeded or a measurement failed, 2 usage, 130 interrupted.
"""

import json
import os
import platform
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from lathe_bench import figures, lathe_side
from lathe_bench.cells import BenchError
from lathe_bench.figures import Figure
from lathe_bench.lathe_side import LatheSide


def main(arguments: list[str]) -> int:
    """Measure everything."""
    if len(arguments) != 2:
        print("usage: python -m lathe_bench PROGRAM ROOT", file=sys.stderr)
        return 2
    program, root = Path(arguments[0]), Path(arguments[1])
    signal.signal(signal.SIGTERM, _end)
    say(machine())
    try:
        tokens = figures.prompt_tokens(lathe_side.prompts(program))
        show(tokens)
        with LatheSide(program, root) as lathe:
            for measure in (figures.roundtrip, figures.cold_start, figures.isolated_kernel):
                say(f"measuring {measure.__name__}")
                for figure in measure(lathe):
                    show(figure)
    except BenchError as error:
        say(f"failed: {error}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; everything that was started has been ended")
        return 130
    say(f"load after: {loads()}")
    if tokens.ours > figures.PROMPT_LIMIT:
        say(f"the fixed prompt has {tokens.ours:.0f} tokens, more than {figures.PROMPT_LIMIT}")
        return 1
    return 0


def show(figure: Figure) -> None:
    """Print a figure as its line."""
    line = {
        "benchmark": figure.benchmark,
        "ours": round(figure.ours, 4),
        "theirs": round(figure.theirs, 4),
        "peer": figure.peer,
        "unit": figure.unit,
        "ratio": round(figure.ratio, 2),
    }
    print(json.dumps(line), flush=True)


def say(text: str) -> None:
    """Tell whoever watches."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def machine() -> str:
    """Return what kind of machine this is, and how busy."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    packages = ", ".join(f"{name} {version(name)}" for name in ("ipykernel", "jupyter_client"))
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, {packages}; load {loads()}"
    )


def loads() -> str:
    """Return how many processes wanted a core in the last one and five minutes."""
    one, five, _ = os.getloadavg()
    return f"{one:.2f} {five:.2f}"


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
