"""What both sides of a measurement run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """A cell to run and the text of the result that it must give; empty where any will do."""

    text: str
    expected: str = ""


class BenchError(Exception):
    """There is no measurement; the text says why."""


ADD = Code("1+1", "2")
ASSIGN = Code("total = 1 + 1")
"""Nothing of IPython is needed for it: no value to show, no syntax but Python's."""
IMPORT_AND_ADD = Code("import numpy, pandas\n1+1", "2")

OUTPUT_BYTES = 100_000_000
OUTPUT = Code('block = "\\n".join(["x" * 99] * 1000)\nfor _ in range(1000):\n    print(block)')
"""A hundred million bytes of lines, a thousand of them a call of print."""

FLOOD = Code('block = "x" * 9_999_999\nfor _ in range(1000):\n    print(block)')
"""Ten thousand million bytes."""

ENDLESS_LOOP = Code('print("on", flush=True)\nwhile True:\n    pass')
LONG_SLEEP = Code('import time\nprint("on", flush=True)\ntime.sleep(60)')
