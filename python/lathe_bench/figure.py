"""A measured figure and its line of output."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One comparison; `ratio` above 1 says that lathe is better: less is better in all of them.

    `theirs` is None where the peer cannot do it; `note` then says what happened.
    """

    benchmark: str
    ours: float
    theirs: float | None
    peer: str
    unit: str
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times less than the peer."""
        return None if self.theirs is None or self.ours <= 0 else self.theirs / self.ours

    @property
    def line(self) -> str:
        """The figure as it is printed."""
        fields: dict[str, object] = {
            "benchmark": self.benchmark,
            "ours": _rounded(self.ours),
            "theirs": _rounded(self.theirs),
            "peer": self.peer,
            "unit": self.unit,
            "ratio": _rounded(self.ratio),
        }
        return json.dumps(fields | ({"note": self.note} if self.note else {}))


@dataclass(frozen=True)
class Floor:
    """What the machine itself takes for a part of the work: nobody can be faster."""

    floor: str
    value: float
    unit: str
    note: str = ""

    @property
    def line(self) -> str:
        """The floor as it is printed."""
        fields: dict[str, object] = {
            "floor": self.floor,
            "value": _rounded(self.value),
            "unit": self.unit,
        }
        return json.dumps(fields | ({"note": self.note} if self.note else {}))


Line = Figure | Floor


def best(seconds: Mapping[str, Sequence[float]]) -> tuple[str, float]:
    """Return who has the smallest median, and that median."""
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    name = min(medians, key=lambda each: medians[each])
    return name, medians[name]


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
