"""What lathe asks this package for."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """The first line of the input: everything beside the events."""

    session: str
    folder: str
    version: str
    # The cells that the working memory is made of: {"cell", "until", "then", "wentThrough"}.
    steps: list[dict[str, Any]]
    # The folder that the file will be in; None where it goes to standard output.
    beside: str | None = None
    # What the folder of figures beside a report is called; None where they stay where they are.
    files: str | None = None
    # Functions of the library that cells used, with their sources, and those that are gone.
    library: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    missing: list[str] = field(default_factory=list[str])
