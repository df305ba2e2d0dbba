"""The PEP 723 block at the head of a capability: provenance, and a hash of what follows it."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Required, TypedDict, cast

from lathe_library.refusals import Refusal

# In the order in which they are written. Of these, `version`, `cells`, `prompt_sha256`, `data`,
# `writer`, `purpose` and `tests_sha256` may be missing: a file of an earlier lathe has version 1
# and no tests.
FIELDS = (
    "kind",
    "name",
    "version",
    "status",
    "created",
    "session",
    "cells",
    "model",
    "prompt_sha256",
    "data",
    "writer",
    "purpose",
    "sha256",
    "tests_sha256",
)
REQUIRED = ("kind", "name", "status", "created", "session", "model", "sha256")
TEXTS = (*REQUIRED, "prompt_sha256", "writer", "purpose", "tests_sha256")
MAXIMUM_VERSION = 1_000_000
MAXIMUM_CELLS = 50
MAXIMUM_DATA = 50
_DATA_TEXT = 200
_BLOCK = re.compile(r"\A# /// script\n((?:#(?: [^\n]*)?\n)+?)# ///\n", re.MULTILINE)
_TABLE = "# [tool.lathe]"


class Data(TypedDict, total=False):
    """An input of the session that made it; what could not be found out is missing."""

    name: Required[str]
    bytes: int
    ends_sha256: str


@dataclass(frozen=True)
class Split:
    """A capability's text in two: what its block says, and the source after the block."""

    body: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    version: int = 1
    cells: tuple[int, ...] = ()
    data: tuple[Data, ...] = ()
    dependencies: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def composed(
    body: str,
    fields: Mapping[str, str],
    dependencies: Sequence[str],
    version: int = 1,
    cells: Sequence[int] = (),
    data: Sequence[Data] = (),
) -> str:
    """Return the text of a capability: block, empty line, source; empty fields are left out."""
    source = normalised(body)
    listed = ", ".join(json.dumps(one) for one in dependencies)
    values: dict[str, object] = {**fields, "version": version, "sha256": sha256(source)}
    if cells:
        values["cells"] = list(cells)
    if data:
        values["data"] = list(data)
    lines = ['requires-python = ">=3.11"', f"dependencies = [{listed}]", "", "[tool.lathe]"]
    lines += [f"{name} = {_toml(values[name])}" for name in FIELDS if values.get(name)]
    comment = "\n".join(f"# {line}".rstrip() for line in lines)
    return f"# /// script\n{comment}\n# ///\n\n{source}"


def restated(text: str, changes: Mapping[str, object]) -> str:
    """Return the text with other values in its block, other lines as they are; None takes one out.

    Raises:
        Refusal: it has no block that can be read.
    """
    match = _BLOCK.match(text)
    parts = split(text)
    if match is None or not parts.fields:
        raise Refusal(f"its block cannot be changed: {'; '.join(parts.problems)}.")
    lines = match.group(1).rstrip("\n").split("\n")
    first = lines.index(_TABLE) + 1
    last = next((n for n in range(first, len(lines)) if lines[n].startswith("# [")), len(lines))
    table = {line[2:].partition("=")[0].strip(): line for line in lines[first:last]}
    for name, value in changes.items():
        if value is None:
            table.pop(name, None)
        else:
            table[name] = f"# {name} = {_toml(value)}"
    known = [table.pop(name) for name in FIELDS if name in table]
    block = "\n".join([*lines[:first], *known, *table.values(), *lines[last:]])
    changed = f"# /// script\n{block}\n# ///\n{text[match.end() :]}"
    if again := split(changed).problems:
        raise Refusal(f"its block cannot be changed: {'; '.join(again)}.")
    return changed


def split(text: str) -> Split:
    """Take a capability's text apart; what is wrong with its block is named in `problems`."""
    match = _BLOCK.match(text)
    if match is None:
        return Split(text, problems=("it has no `# /// script` block at its head",))
    body = text[match.end() :].lstrip("\n")
    toml = "\n".join(line[2:] for line in match.group(1).split("\n"))
    try:
        document: dict[str, Any] = tomllib.loads(toml)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        return Split(body, problems=(f"its block is not TOML: {error}",))
    table = (
        document.get("tool", {}).get("lathe") if isinstance(document.get("tool"), dict) else None
    )
    if not isinstance(table, dict):
        return Split(body, problems=("its block has no [tool.lathe] table",))
    values = cast("dict[str, object]", table)
    fields = {name: value for name in TEXTS if isinstance(value := values.get(name), str)}
    missing = [name for name in REQUIRED if name not in fields]
    problems = [f"[tool.lathe] lacks {', '.join(missing)}"] if missing else []
    version, cells = _version(values, problems), _cells(values, problems)
    data = checked_data(values.get("data", []), problems)
    raw: object = document.get("dependencies", [])
    members = cast("list[object]", raw) if isinstance(raw, list) else []
    dependencies = tuple(one for one in members if isinstance(one, str))
    return Split(body, fields, version, cells, data, dependencies, tuple(problems))


def _version(values: Mapping[str, object], problems: list[str]) -> int:
    version = values.get("version", 1)
    is_whole = isinstance(version, int) and not isinstance(version, bool)
    if isinstance(version, int) and is_whole and 1 <= version <= MAXIMUM_VERSION:
        return version
    problems.append(f"`version` in its block must be 1 to {MAXIMUM_VERSION:,}")
    return 1


def _cells(values: Mapping[str, object], problems: list[str]) -> tuple[int, ...]:
    raw = values.get("cells", [])
    members = cast("list[object]", raw) if isinstance(raw, list) else [None]
    cells = tuple(
        one for one in members if isinstance(one, int) and 0 < one < 1 << 31 and one is not True
    )
    if len(cells) != len(members) or len(cells) > MAXIMUM_CELLS:
        problems.append(f"`cells` in its block must be at most {MAXIMUM_CELLS} numbers of cells")
        return ()
    return cells


def checked_data(raw: object, problems: list[str]) -> tuple[Data, ...]:
    """Return the inputs that a block or a request names; what is wrong is added to `problems`."""
    members = cast("list[object]", raw) if isinstance(raw, list) else [None]
    found = [one for member in members if (one := _data(member)) is not None]
    if len(found) == len(members) <= MAXIMUM_DATA:
        return tuple(found)
    problems.append(
        f"`data` in its block must be at most {MAXIMUM_DATA} tables of name, bytes and ends_sha256"
    )
    return ()


def _data(raw: object) -> Data | None:
    if not isinstance(raw, dict):
        return None
    member = cast("dict[str, object]", raw)
    name, size, ends = member.get("name"), member.get("bytes"), member.get("ends_sha256")
    if not isinstance(name, str) or len(name) > _DATA_TEXT:
        return None
    one: Data = {"name": name}
    if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 1 << 62:
        one["bytes"] = size
    if isinstance(ends, str) and len(ends) <= _DATA_TEXT:
        one["ends_sha256"] = ends
    return one if one.keys() == member.keys() else None


def sha256(body: str) -> str:
    """Return the hash of a source as the block records it."""
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


def normalised(source: str) -> str:
    """Return a source without a block, without empty lines around it, and with one end of line."""
    body = split(source).body if source.startswith("# /// script\n") else source
    lines = [line.rstrip() for line in body.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n") + "\n"


def _toml(value: object) -> str:
    # JSON's texts are TOML's basic strings, but for DEL, which TOML wants escaped; whole numbers
    # and lists are the same in both, tables in one line are not.
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return "{" + ", ".join(f"{name} = {_toml(one)}" for name, one in members.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in cast("list[object]", value)) + "]"
    if isinstance(value, str):
        value = value.encode("utf-8", "replace").decode()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
