"""Who imports whom."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from layering import table
from layering.finding import Finding
from layering.swift_text import SwiftText

_IMPORT: Final = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)",
    re.MULTILINE,
)
_EVERY_SYSTEM: Final = table.SYSTEM.union(*table.SYSTEM_BY_TARGET.values())


def import_findings(path: PurePosixPath, text: SwiftText) -> Iterator[Finding]:
    """Compares the imports of one file of Sources or Tests with the table."""
    root, target = path.parts[0], path.parts[1]
    if root == "Sources" and target not in table.IMPORTS:
        yield Finding(
            str(path),
            1,
            "target",
            f"{target} is in no row of the table",
            "say in scripts/layering/table.py what it may import",
        )
        return
    for match in _IMPORT.finditer(text.code):
        module = match[1]
        line = text.code.count("\n", 0, match.start(1)) + 1
        refusal = _refusal_in_tests(target, module) if root == "Tests" else _refusal(target, module)
        if refusal:
            what, mend = refusal
            yield Finding(str(path), line, "import", what, mend)


def _refusal(target: str, module: str) -> tuple[str, str] | None:
    if module in table.IMPORTS[target] | _system(target):
        return None
    if module == "CPython":
        return (
            f"{target} imports CPython",
            "only lathe-kernel embeds the interpreter: send a frame to it instead",
        )
    if module in table.LIBRARIES | table.C_MODULES:
        return (
            f"{target} imports {module}, against the one direction of imports",
            "use a port of LatheVocabulary and let the `lathe` target join the two",
        )
    allowed = ", ".join(sorted(_system(target)))
    return (f"{target} imports {module}", f"of the toolchain it may import {allowed} only")


def _refusal_in_tests(target: str, module: str) -> tuple[str, str] | None:
    subject = {"LatheTests": "lathe", "LatheKernelTests": "lathe-kernel"}.get(
        target, target.removesuffix("Tests")
    )
    whole = target in table.WHOLE_TESTS
    allowed = table.LIBRARIES if whole else table.IMPORTS.get(subject, frozenset()) | {subject}
    if module == "CPython":
        return (
            f"{target} imports CPython",
            "a test reaches the interpreter through a kernel, never in its own process",
        )
    if module in allowed | table.TEST_SUPPORT | {"Testing", "CSandbox"} | _EVERY_SYSTEM:
        return None
    if module in table.LIBRARIES | table.C_MODULES:
        return (
            f"{target} imports {module}, which its subject {subject} may not",
            "move the test to EndToEndTests, which runs the parts together",
        )
    return (
        f"{target} imports {module}",
        "tests use Swift Testing and the modules of the toolchain",
    )


def _system(target: str) -> frozenset[str]:
    return table.SYSTEM_BY_TARGET.get(target, table.SYSTEM)
