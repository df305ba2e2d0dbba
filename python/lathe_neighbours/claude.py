"""Agents of Claude Code: one Markdown file each, with fields at its head and the prompt below."""

import json
import re
from typing import cast

from lathe_library import facts
from lathe_library.refusals import Refusal
from lathe_neighbours import frontmatter
from lathe_neighbours.found import Folder
from lathe_neighbours.items import Document, Exported, Imported, agent_source

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_SERVER_TOOL = re.compile(r"mcp__([A-Za-z0-9_.-]+?)(?:__([A-Za-z0-9_.*-]+))?\Z")
_RESULT = "## What to return"
_SCHEMA = re.compile(
    re.escape(_RESULT) + r"\n\nA value that fits this JSON Schema:\n\n```json\n(.*?)\n```\s*\Z",
    re.DOTALL,
)


def export(document: Document, made: Exported) -> None:
    """Add the file of an agent."""
    title = f"{document['kind']} {document['name']}"
    if document["kind"] == "function":
        made.left_out.append(f"{title}: a function is no agent; --format skills carries it.")
        return
    known = facts.read(document["source"], "agent", document["name"])
    body = (known.instructions or "").strip()
    if known.returns is not None:
        schema = json.dumps(known.returns, indent=2, ensure_ascii=False)
        body += f"\n\n{_RESULT}\n\nA value that fits this JSON Schema:\n\n```json\n{schema}\n```"
    name = "-".join(part for part in document["name"].split("_") if part)
    description = " ".join(known.docstring.split())
    made.files[f"{name}.md"] = frontmatter.written({"name": name, "description": description}, body)
    lost = [
        what
        for what, there in (
            ("prepare", known.has_prepare),
            ("check", known.has_check),
            ("LIMITS", known.limits is not None),
            ("MODEL", known.model is not None),
            ("BUDGET", known.budget is not None),
            ("CAPABILITIES", known.capabilities is not None),
            ("TOOLS", known.tools is not None),
            ("what it is chosen by", known.profile is not None and not known.profile.is_default),
            ("its tests", bool(document["tests"])),
            ("its fixtures", bool(document["fixtures"])),
        )
        if there
    ]
    if lost:
        made.left_out.append(f"{title}: {', '.join(lost)}; --format skills carries all of it.")


def read(folder: Folder, file: str, found: Imported) -> None:
    """Add the agent of a file.

    Raises:
        Refusal: it is no agent.
    """
    origin = f"agent {file}"
    page = frontmatter.read(folder.text(file))
    found.left_out += [f"{origin}: {note}." for note in page.notes]
    name = str(page.fields.get("name", ""))
    description = str(page.fields.get("description", "")).replace("\\n", " ").strip()
    if not _NAME.match(name) or len(name) > 64:
        raise Refusal(
            f"its name {name!r:.80} must be lower-case letters and digits in words with hyphens."
        )
    if not description or not page.body.strip():
        raise Refusal("it needs a description and a prompt below its fields.")
    body, returns = page.body, None
    if match := _SCHEMA.search(body):
        try:
            returns = json.loads(match[1])
            body = body[: match.start()].rstrip()
        except (ValueError, RecursionError):
            found.left_out.append(f"{origin}: its schema is no JSON and stays text.")
    tools = _tools(page.fields, origin, found)
    for field in sorted(set(page.fields) - {"name", "description", "tools"}):
        found.left_out.append(f"{origin}: {field}: {page.fields[field]!s:.120}")
    found.proposals.append(
        {
            "kind": "agent",
            "name": name.replace("-", "_"),
            "source": agent_source(description, body, returns, tools),
            "tests": "",
            "fixtures": {},
            "origin": origin,
        }
    )


def _tools(fields: frontmatter.Fields, origin: str, found: Imported) -> list[str] | None:
    """Return patterns of the tools of servers that an agent may call; None where it may call all.

    A list of tools is the whole of what an agent may use there, so one without tools of servers
    may call none here. Its own tools (files, shell, web) have no counterpart and are named.
    """
    if "tools" not in fields:
        return None
    given: object = fields["tools"]
    named = cast("list[object]", given) if isinstance(given, list) else str(given).split(",")
    words = [str(one).strip() for one in named]
    mapped = {word: _pattern(word) for word in words if word and word != "None"}
    lost = [word for word, pattern in mapped.items() if pattern is None]
    if lost:
        found.left_out.append(
            f"{origin}: tools: {', '.join(lost)[:120]}; they have no counterpart here."
        )
    return list(dict.fromkeys(one for one in mapped.values() if one is not None))


def _pattern(word: str) -> str | None:
    """Return `SERVER/TOOL` for `mcp__SERVER__TOOL`; None for what is no tool of a server."""
    match = _SERVER_TOOL.match(word)
    return f"{match[1]}/{match[2] or '*'}" if match else None
