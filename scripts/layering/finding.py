"""What a rule has to say about a place."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """A broken rule: where, which, and what to do about it."""

    path: str
    line: int
    rule: str
    what: str
    mend: str

    def __str__(self) -> str:
        """One line, with the place first so that editors can jump to it."""
        return f"{self.path}:{self.line}: [{self.rule}] {self.what}; {self.mend}"
