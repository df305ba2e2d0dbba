"""The written invariants that can be seen in a file."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from layering import table
from layering.finding import Finding
from layering.swift_text import SwiftText

_SQL: Final = re.compile(
    r"\bSELECT\s[^\n]*|\bINSERT\s+(?:OR\s+\w+\s+)?INTO\s|\bDELETE\s+FROM\s|\bUPDATE\s+\w+\s+SET\s"
    r"|\b(?:CREATE|DROP|ALTER)\s+(?:UNIQUE\s+|VIRTUAL\s+|TEMP\s+)?(?:TABLE|INDEX|TRIGGER|VIEW)\s"
    r"|\bPRAGMA\s+\w"
)
_PYTHON: Final = re.compile(
    r"^[ \t]*(?:import \w[\w.]*(?: as \w+)?|from \w[\w.]* import .+"
    r"|(?:async )?def \w+\(.*|class \w+.*:)[ \t]*$",
    re.MULTILINE,
)
_CODE_RULES: Final = (
    (
        "public",
        re.compile(r"\bpublic\b|\bopen\s+(?:class|func|var)\b"),
        "says `public`, but nothing here is used from outside",
        "write `package`, or nothing",
    ),
    (
        "try!",
        re.compile(r"\b(?:try|as)!"),
        "would crash instead of failing",
        "throw the target's error, or return a value that says what went wrong",
    ),
    (
        "unwrap",
        re.compile(r'(?<=[\w)\]}"?`])(?<!\btry)(?<!\bas)!(?![=\w])'),
        "unwraps by force",
        "use `guard let`, and fail with a reason",
    ),
    (
        "name",
        re.compile(
            r"\b(?:struct|class|actor|enum|protocol)\s+\w*(?:Manager|Helpers?|Utils?|Impl|Service)\b"
        ),
        "has a name that does not say what the type holds or does",
        "use a noun of ARCHITECTURE.md",
    ),
)
_CONCURRENCY: Final = re.compile(r"\b(?:async|await|actor|Task|DispatchQueue)\b")


def invariant_findings(path: PurePosixPath, text: SwiftText) -> Iterator[Finding]:
    """Checks one file of Sources against every rule that needs nothing but the file."""
    target = path.parts[1]
    for rule, pattern, what, mend in _CODE_RULES:
        yield from _in_code(path, text, rule, pattern, what, mend)
    if target != "LatheStore":
        yield from _sql(path, text)
    if target in table.THREADLESS:
        what = f"uses Swift concurrency in {target}"
        mend = "it forks from one thread: block, and leave concurrency to `lathe`"
        yield from _in_code(path, text, "threads", _CONCURRENCY, what, mend)
    for literal in text.literals:
        match = _PYTHON.search(literal.text)
        if match and "\n" in literal.text:
            line = literal.line + literal.text.count("\n", 0, match.start())
            what = f"holds Python source (`{match[0].strip()[:40]}`)"
            yield Finding(
                str(path), line, "python", what, "move it to python/lathe_kernel or a resource"
            )


def _sql(path: PurePosixPath, text: SwiftText) -> Iterator[Finding]:
    mend = "only LatheStore speaks SQL: give it a function that says what is wanted"
    yield from _in_code(path, text, "sql", re.compile(r"\bsqlite3_\w+"), "calls SQLite", mend)
    for literal in text.literals:
        match = _SQL.search(literal.text)
        if match:
            line = literal.line + literal.text.count("\n", 0, match.start())
            what = f"holds SQL (`{match[0].strip()[:40]}`)"
            yield Finding(str(path), line, "sql", what, mend)


def _in_code(
    path: PurePosixPath, text: SwiftText, rule: str, pattern: re.Pattern[str], what: str, mend: str
) -> Iterator[Finding]:
    for match in pattern.finditer(text.code):
        line = text.code.count("\n", 0, match.start()) + 1
        yield Finding(str(path), line, rule, what, mend)
