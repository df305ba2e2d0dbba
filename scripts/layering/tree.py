"""Walks the working tree and applies the rules."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from layering import table
from layering.finding import Finding
from layering.imports import import_findings
from layering.invariants import invariant_findings
from layering.swift_text import split

_OWN_TEXT = ("Sources", "Tests", "python", "scripts", "sandbox", "bench", "demo")
_OWN_SUFFIXES = frozenset({".swift", ".py", ".c", ".h"})


def findings(root: Path) -> list[Finding]:
    """Everything that breaks a rule below `root`, in order of place, without what is excepted."""
    found = [*_swift_findings(root), *_length_findings(root)]
    return sorted(each for each in found if (each.rule, each.path) not in table.EXCEPTIONS)


def stale_exceptions(root: Path) -> list[str]:
    """The exceptions whose file no longer exists."""
    return [path for _, path in table.EXCEPTIONS if not (root / path).exists()]


def _swift_findings(root: Path) -> Iterator[Finding]:
    for folder in ("Sources", "Tests"):
        for file in sorted((root / folder).rglob("*.swift")):
            path = PurePosixPath(file.relative_to(root).as_posix())
            if len(path.parts) < 3:
                mend = "put it into the folder of its target"
                yield Finding(str(path), 1, "target", "belongs to no target", mend)
                continue
            text = split(file.read_text(encoding="utf-8"))
            yield from import_findings(path, text)
            if folder == "Sources":
                yield from invariant_findings(path, text)


def _length_findings(root: Path) -> Iterator[Finding]:
    for folder in _OWN_TEXT:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in _OWN_SUFFIXES or not file.is_file():
                continue
            lines = len(file.read_text(encoding="utf-8").splitlines())
            if lines > table.LONGEST_FILE:
                path = file.relative_to(root).as_posix()
                what = f"has {lines} lines, more than {table.LONGEST_FILE}"
                mend = "find what wants to leave, or give a reason in scripts/layering/table.py"
                yield Finding(path, table.LONGEST_FILE + 1, "length", what, mend)
