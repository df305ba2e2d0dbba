"""The PEP 723 block at the head of a capability: provenance, and a hash of what follows it."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

FIELDS = ("kind", "name", "status", "created", "session", "model", "sha256")
_BLOCK = re.compile(r"\A# /// script\n((?:#(?: [^\n]*)?\n)+?)# ///\n", re.MULTILINE)


@dataclass(frozen=True)
class Split:
    """A capability's text in two: what its block says, and the source after the block."""

    body: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    dependencies: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def composed(body: str, fields: Mapping[str, str], dependencies: Sequence[str]) -> str:
    """Return the text of a capability: block, empty line, source."""
    source = normalised(body)
    listed = ", ".join(json.dumps(one) for one in dependencies)
    values = {**fields, "sha256": sha256(source)}
    lines = ['requires-python = ">=3.11"', f"dependencies = [{listed}]", "", "[tool.lathe]"]
    lines += [f"{name} = {_toml(values[name])}" for name in FIELDS]
    comment = "\n".join(f"# {line}".rstrip() for line in lines)
    return f"# /// script\n{comment}\n# ///\n\n{source}"


def split(text: str) -> Split:
    """Take a capability's text apart; what is wrong with its block is named in `problems`."""
    match = _BLOCK.match(text)
    if match is None:
        return Split(text, problems=("it has no `# /// script` block at its head",))
    body = text[match.end() :].lstrip("\n")
    toml = "\n".join(line[2:] for line in match.group(1).split("\n"))
    try:
        document: dict[str, Any] = tomllib.loads(toml)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Split(body, problems=(f"its block is not TOML: {error}",))
    table = (
        document.get("tool", {}).get("lathe") if isinstance(document.get("tool"), dict) else None
    )
    if not isinstance(table, dict):
        return Split(body, problems=("its block has no [tool.lathe] table",))
    values = cast("dict[str, object]", table)
    fields = {name: value for name in FIELDS if isinstance(value := values.get(name), str)}
    missing = [name for name in FIELDS if name not in fields]
    problems = (f"[tool.lathe] lacks {', '.join(missing)}",) if missing else ()
    raw: object = document.get("dependencies", [])
    members = cast("list[object]", raw) if isinstance(raw, list) else []
    dependencies = tuple(one for one in members if isinstance(one, str))
    return Split(body, fields, dependencies, problems)


def sha256(body: str) -> str:
    """Return the hash of a source as the block records it."""
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


def normalised(source: str) -> str:
    """Return a source without a block, without empty lines around it, and with one end of line."""
    body = split(source).body if source.startswith("# /// script\n") else source
    lines = [line.rstrip() for line in body.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n") + "\n"


def _toml(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    whole = text.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
