"""What both sides of a measurement can do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """A cell to run and the text of the result that it must give."""

    text: str
    expected: str


class BenchError(Exception):
    """There is no measurement; the text says why."""


ADD = Code("1+1", "2")
IMPORT_AND_ADD = Code("import numpy, pandas\n1+1", "2")
