"""The capabilities of a library that a proposal resembles."""

import os
import time
from pathlib import Path
from typing import Final

from lathe_library import block, folder, likeness
from lathe_library.facts import Kind, Refusal
from lathe_library.findings import Finding, finding
from lathe_library.folder import Shelf
from lathe_library.likeness import Near, Portrait

_SECONDS: Final = 4.0


def near_duplicates(
    root: Path, source: str, kind: Kind, name: str
) -> tuple[list[Near], list[Finding]]:
    """Return what the library's capabilities of the same kind have in common with a source.

    What there was no time to compare is told in a finding.
    """
    own = likeness.portrait(block.normalised(source), kind, name)
    if own is None:
        return [], []
    names = _names(root, kind)
    others: list[Portrait] = []
    until = time.monotonic() + _SECONDS
    for place, (shelf, other) in enumerate(names):
        if time.monotonic() > until:
            left = f"{len(names) - place} of {len(names)} capabilities were not compared with it."
            return likeness.near(own, others), [finding("unchecked", None, left)]
        try:
            body = folder.record(root, kind, other, shelf).body
        except Refusal:
            continue
        portrait = likeness.portrait(body, kind, other)
        if portrait is not None:
            others.append(portrait)
    return likeness.near(own, others), []


def _names(root: Path, kind: Kind) -> list[tuple[Shelf, str]]:
    """Return shelves and names, approved ones first."""
    places: tuple[tuple[Shelf, Path], ...] = (
        ("approved", root / f"{kind}s"),
        ("proposed", root / "proposed" / f"{kind}s"),
    )
    found: list[tuple[Shelf, str]] = []
    for shelf, place in places:
        try:
            listed = sorted(os.listdir(place))  # noqa: PTH208
        except OSError:
            continue
        for one in listed:
            if one.endswith(".py") and not one.startswith(("test_", "_", "conftest")):
                found.append((shelf, one.removesuffix(".py")))
    return found
