"""The figures that a text says, and whether values have them."""

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])[-\u2212]?\d[\d,]*(?:\.\d+)?")


def found(text: str) -> list[str]:
    """Return the figures of a text as they are written."""
    return _NUMBER.findall(text)


def of_text(text: str) -> Iterable[float]:
    """Yield the figures of a text as numbers."""
    for one in found(text):
        yield _number(one)


def is_said(written: str, figures: list[float], small: int) -> bool:
    """Tell whether a figure is one of these, rounded as it is written, or as a percentage.

    A whole number up to `small` may count what is told.
    """
    number = _number(written)
    digits = len(written.partition(".")[2])
    if digits == 0 and 0 <= number <= small:
        return True
    slack = 0.5 * 10**-digits * 1.000001
    sizes = [size for one in figures for size in (one, one * 100, abs(one), abs(one) * 100)]
    return any(abs(one - number) <= slack for one in sizes)


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("\u2212", "-"))
