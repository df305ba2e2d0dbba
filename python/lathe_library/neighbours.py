"""The capabilities of a library that a proposal resembles."""

import os
import time
from pathlib import Path
from typing import Final

from lathe_library import block, likeness, places
from lathe_library.facts import Kind, Refusal
from lathe_library.findings import Finding, finding
from lathe_library.likeness import Near, Portrait
from lathe_library.portraits import Portraits

_SECONDS: Final = 4.0
_SHELVES: Final[tuple[tuple[str, ...], ...]] = ((), ("proposed",))


def near_duplicates(
    root: Path, source: str, kind: Kind, name: str, kept: Path | None = None
) -> tuple[list[Near], list[Finding]]:
    """Return what the library's capabilities of the same kind have in common with a source.

    `kept` is a file with what earlier comparisons read. What there was no time to compare is told
    in a finding; the next comparison goes on from there.
    """
    own = likeness.portrait(block.normalised(source), kind, name)
    if own is None:
        return [], []
    portraits = Portraits(kept)
    until = time.monotonic() + _SECONDS
    others: list[Portrait] = []
    left, count = 0, 0
    for shelf in _SHELVES:
        found, late = _portraits(root, shelf, kind, portraits, until)
        others += [one for one in found if one is not None]
        count += len(found) + late
        left += late
    portraits.keep(None if left else kind)
    near = likeness.near(own, others)
    if not left:
        return near, []
    reason = f"{left} of {count} capabilities were not compared with it."
    return near, [finding("unchecked", None, reason)]


def _portraits(
    root: Path, shelf: tuple[str, ...], kind: Kind, portraits: Portraits, until: float
) -> tuple[list[Portrait | None], int]:
    """Return the portraits of one folder, and how many there was no time for."""
    found: list[Portrait | None] = []
    try:
        with places.entered(str(root), *shelf, f"{kind}s") as folder:
            names = _names(folder)
            for place, name in enumerate(names):
                if folder is None or time.monotonic() > until:
                    return found, len(names) - place
                try:
                    found.append(portraits.of(folder, kind, name))
                except (Refusal, FileNotFoundError):
                    found.append(None)
    except Refusal:
        pass
    return found, 0


def _names(folder: int | None) -> list[str]:
    if folder is None:
        return []
    return [
        one.removesuffix(".py")
        for one in sorted(os.listdir(folder))  # noqa: PTH208 - of a descriptor
        if one.endswith(".py") and not one.startswith(("test_", "_", "conftest"))
    ]
