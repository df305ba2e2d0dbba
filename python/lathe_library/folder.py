"""The folder of capabilities as records: what is there, and what is wrong with it."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from lathe_library import block, facts
from lathe_library.facts import Kind, Refusal

_FOLDERS: dict[Kind, str] = {"function": "functions", "agent": "agents"}


class Entry(TypedDict):
    """One capability as `index` lists it."""

    kind: str
    name: str
    path: str
    signature: str
    summary: str
    docstring: str
    status: str
    created: str
    session: str
    model: str
    sha256: str
    hash_matches: bool
    problems: list[str]


@dataclass(frozen=True)
class Record:
    """A capability with its whole source; `facts` is None when it cannot be used."""

    entry: Entry
    source: str
    body: str
    facts: facts.Facts | None


def index(root: Path) -> list[Entry]:
    """Return every capability, sorted by kind and name; broken ones have problems."""
    return [record.entry for kind in _FOLDERS for record in _records(root, kind)]


def record(root: Path, kind: Kind, name: str) -> Record:
    """Return one capability.

    Raises:
        Refusal: there is none of that name, or its file cannot be read.
    """
    facts.require_name(name)
    path = root / _FOLDERS[kind] / f"{name}.py"
    return _record(root, kind, path, _text(path))


def _records(root: Path, kind: Kind) -> list[Record]:
    folder = root / _FOLDERS[kind]
    try:
        names = sorted(one for one in os.listdir(folder) if one.endswith(".py"))  # noqa: PTH208
    except OSError:
        return []
    found: list[Record] = []
    for name in names:
        if name.startswith(("test_", "_")) or name == "conftest.py":
            continue
        path = folder / name
        try:
            found.append(_record(root, kind, path, _text(path)))
        except Refusal as refusal:
            entry = _entry(root, kind, path, None, block.Split(""), [str(refusal)])
            found.append(Record(entry, "", "", None))
    return found


def _text(path: Path) -> str:
    """Return the text of a regular file within the bounds; symbolic links are not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Refusal(f"there is no {path.parent.name}/{path.name} in the library.") from None
    except OSError as error:
        raise Refusal(
            f"{path.name} cannot be opened as a regular file: {error.strerror}."
        ) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Refusal(f"{path.name} is not a regular file.")
    with open(descriptor, "rb") as file:  # noqa: PTH123 - opened above, without following links
        content = file.read(facts.MAXIMUM_BYTES + 1)
    if len(content) > facts.MAXIMUM_BYTES:
        raise Refusal(f"{path.name} is larger than {facts.MAXIMUM_BYTES // 1024} KiB.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(f"{path.name} is not UTF-8.") from None


def _record(root: Path, kind: Kind, path: Path, source: str) -> Record:
    parts = block.split(source)
    problems = list(parts.problems)
    known: facts.Facts | None = None
    try:
        known = facts.read(parts.body, kind, path.stem)
    except Refusal as refusal:
        problems.append(str(refusal))
    for field, expected in (("kind", kind), ("name", path.stem)):
        if parts.fields.get(field, expected) != expected:
            problems.append(f"its block says {field} {parts.fields[field]!r:.80}, not {expected!r}")
    return Record(_entry(root, kind, path, known, parts, problems), source, parts.body, known)


def _entry(
    root: Path,
    kind: Kind,
    path: Path,
    known: facts.Facts | None,
    parts: block.Split,
    problems: list[str],
) -> Entry:
    fields = parts.fields
    digest = block.sha256(parts.body) if parts.body else ""
    return {
        "kind": kind,
        "name": path.stem,
        "path": str(path.relative_to(root)),
        "signature": known.signature if known else "",
        "summary": known.summary if known else "",
        "docstring": known.docstring if known else "",
        "status": fields.get("status", "unknown"),
        "created": fields.get("created", ""),
        "session": fields.get("session", ""),
        "model": fields.get("model", ""),
        "sha256": digest,
        "hash_matches": bool(digest) and fields.get("sha256") == digest,
        "problems": problems,
    }


def described(one: Record) -> dict[str, Any]:
    """Return a record as `read` prints it."""
    known = one.facts
    result: dict[str, Any] = {**one.entry, "source": one.source}
    if one.entry["kind"] == "agent":
        result |= {
            "instructions": known.instructions if known else None,
            "returns": known.returns if known else None,
            "has_prepare": known is not None and known.has_prepare,
            "has_check": known is not None and known.has_check,
            "limits": known.limits if known else None,
        }
    return result
