"""The folder of capabilities as records: what is there, and what is wrong with it."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict

from lathe_library import block, evidence, facts, places
from lathe_library.facts import Kind, Refusal

Shelf = Literal["approved", "proposed"]
"""Where a file lies: among what a person approved, or among what waits."""

_FOLDERS: dict[Kind, str] = {"function": "functions", "agent": "agents"}
_SHELVES: dict[Shelf, tuple[str, ...]] = {"approved": (), "proposed": ("proposed",)}
_STATUSES: dict[Shelf, tuple[str, ...]] = {
    "approved": ("approved", "deprecated", "demoted"),
    "proposed": ("proposed", "changes_asked"),
}


class Entry(TypedDict):
    """One capability as `index` lists it."""

    kind: str
    name: str
    path: str
    shelf: Shelf
    signature: str
    summary: str
    profile: dict[str, Any] | None
    docstring: str
    status: str
    version: int
    created: str
    session: str
    cells: list[int]
    model: str
    prompt_sha256: str
    data: list[block.Data]
    writer: str
    purpose: str
    sha256: str
    tests_sha256: str | None
    file_sha256: str
    hash_matches: bool
    problems: list[str]


@dataclass(frozen=True)
class Record:
    """A capability with its whole source; `facts` is None when it cannot be used."""

    entry: Entry
    source: str
    body: str
    facts: facts.Facts | None
    evidence: evidence.Evidence


def index(root: Path) -> list[Entry]:
    """Return every capability by kind and name, approved ones first; broken ones have problems."""
    found = [
        record.entry
        for kind in _FOLDERS
        for shelf in _SHELVES
        for record in _all(root, shelf, kind)
    ]
    approved = {kind: _approved(found, kind) for kind in _FOLDERS}
    for name in approved["function"] & approved["agent"]:
        for entry in found:
            if entry["name"] == name and entry["shelf"] == "approved":
                entry["problems"].append(
                    f"there is a function and an agent named {name}: rename one of the files"
                )
    return sorted(found, key=lambda one: (one["kind"] != "function", one["name"], one["shelf"]))


def _approved(entries: list[Entry], kind: Kind) -> set[str]:
    return {one["name"] for one in entries if one["shelf"] == "approved" and one["kind"] == kind}


def record(root: Path, kind: Kind, name: str, shelf: Shelf | None = None) -> Record:
    """Return one capability; where no shelf is named, the approved one before the proposed one.

    Raises:
        Refusal: there is none of that name, or its file cannot be read.
    """
    facts.require_name(name)
    for one in _SHELVES if shelf is None else (shelf,):
        with places.entered(str(root), *_SHELVES[one], _FOLDERS[kind]) as folder:
            try:
                if folder is not None:
                    return _record(folder, one, kind, name)
            except FileNotFoundError:
                continue
    raise Refusal(f"there is no {_FOLDERS[kind]}/{name}.py in the library.")


def _all(root: Path, shelf: Shelf, kind: Kind) -> list[Record]:
    with places.entered(str(root), *_SHELVES[shelf], _FOLDERS[kind]) as folder:
        if folder is None:
            return []
        found: list[Record] = []
        for file in sorted(os.listdir(folder)):  # noqa: PTH208 - of a descriptor
            if not file.endswith(".py") or file.startswith(("test_", "_")) or file == "conftest.py":
                continue
            name = file.removesuffix(".py")
            try:
                found.append(_record(folder, shelf, kind, name))
            except FileNotFoundError:
                continue
            except Refusal as refusal:
                nothing = _Read(shelf, kind, name, b"", block.Split(""), None, evidence.Evidence())
                found.append(Record(_entry(nothing, [str(refusal)]), "", "", None, nothing.beside))
        return found


@dataclass(frozen=True)
class _Read:
    shelf: Shelf
    kind: Kind
    name: str
    content: bytes
    parts: block.Split
    known: facts.Facts | None
    beside: evidence.Evidence


def _record(folder: int, shelf: Shelf, kind: Kind, name: str) -> Record:
    content = places.content(folder, f"{name}.py", facts.MAXIMUM_BYTES)
    try:
        source = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(f"{name}.py is not UTF-8.") from None
    parts = block.split(source)
    problems = list(parts.problems)
    known: facts.Facts | None = None
    try:
        known = facts.read(parts.body, kind, name)
    except Refusal as refusal:
        problems.append(str(refusal))
    beside = evidence.Evidence()
    try:
        beside = evidence.read(folder, name)
    except Refusal as refusal:
        problems.append(str(refusal))
    for field, expected in (("kind", kind), ("name", name)):
        if parts.fields.get(field, expected) != expected:
            problems.append(f"its block says {field} {parts.fields[field]!r:.80}, not {expected!r}")
    read = _Read(shelf, kind, name, content, parts, known, beside)
    return Record(_entry(read, problems), source, parts.body, known, beside)


def _entry(read: _Read, problems: list[str]) -> Entry:
    fields = read.parts.fields
    digest = block.sha256(read.parts.body) if read.parts.body else ""
    matches = bool(digest) and fields.get("sha256") == digest
    path = Path(*_SHELVES[read.shelf], _FOLDERS[read.kind], f"{read.name}.py")
    return {
        "kind": read.kind,
        "name": read.name,
        "path": str(path),
        "shelf": read.shelf,
        "signature": read.known.signature if read.known else "",
        "summary": read.known.summary if read.known else "",
        "profile": _profile(read.known),
        "docstring": read.known.docstring if read.known else "",
        "status": _status(read, matches, problems),
        "version": read.parts.version,
        "created": fields.get("created", ""),
        "session": fields.get("session", ""),
        "cells": list(read.parts.cells),
        "model": fields.get("model", ""),
        "prompt_sha256": fields.get("prompt_sha256", ""),
        "data": list(read.parts.data),
        "writer": fields.get("writer", ""),
        "purpose": fields.get("purpose", ""),
        "sha256": digest,
        "tests_sha256": read.beside.sha256,
        "file_sha256": hashlib.sha256(read.content).hexdigest(),
        "hash_matches": matches,
        "problems": problems,
    }


def _profile(known: facts.Facts | None) -> dict[str, Any] | None:
    """Return what an agent is chosen by; None for a function, or what could not be read."""
    if known is None or known.profile is None:
        return None
    return {**known.profile.as_json(), "model": known.model, "returns": known.returns}


def _status(read: _Read, matches: bool, problems: list[str]) -> str:
    """Return the status that counts; what keeps the one in the block from counting is a problem."""
    fields = read.parts.fields
    status = fields.get("status", "unknown")
    if "status" in fields and status not in _STATUSES[read.shelf]:
        problems.append(_misplaced(read, status))
    changed: list[str] = []
    if "sha256" in fields and not matches:
        changed.append("its source is not the one that its block was written for")
    if fields and fields.get("tests_sha256") != read.beside.sha256:
        changed.append("its tests are not those that its block was written for")
    mend = f"restore the file, or admit it anew with `lathe library approve {read.name}`"
    problems += [f"{one}: {mend}" for one in changed]
    return "changed" if changed and status in _STATUSES["approved"] else status


def _misplaced(read: _Read, status: str) -> str:
    folder = _FOLDERS[read.kind]
    if status in _STATUSES["proposed"]:
        return (
            f"it is {status} and lies among the approved ones: move {folder}/{read.name}.py to "
            f"proposed/{folder}/ and review it there"
        )
    if status in _STATUSES["approved"]:
        return (
            f"it says {status} and lies among what waits: approve it with `lathe library approve "
            f"{read.name}`"
        )
    return f"its block says the status {status!r:.40}, which there is not"


def described(one: Record) -> dict[str, Any]:
    """Return a record as `read` prints it."""
    known = one.facts
    result: dict[str, Any] = {
        **one.entry,
        "source": one.source,
        "tests": one.evidence.tests,
        "fixtures": list(one.evidence.fixtures),
    }
    if one.entry["kind"] == "agent":
        result |= {
            "instructions": known.instructions if known else None,
            "returns": known.returns if known else None,
            "has_prepare": known is not None and known.has_prepare,
            "has_check": known is not None and known.has_check,
            "limits": known.limits if known else None,
            "model": known.model if known else None,
            "budget": known.budget if known else None,
            "capabilities": known.capabilities if known else None,
            "tools": known.tools if known else None,
            "profile": _profile(known),
        }
    return result
