"""Agents of Claude Code: one Markdown file each, with fields at its head and the prompt below."""

import json
import re

from lathe_library import facts
from lathe_library.refusals import Refusal
from lathe_neighbours import frontmatter
from lathe_neighbours.found import Folder
from lathe_neighbours.items import Document, Exported, Imported, agent_source

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
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
    for field in sorted(set(page.fields) - {"name", "description"}):
        found.left_out.append(f"{origin}: {field}: {page.fields[field]!s:.120}")
    found.proposals.append(
        {
            "kind": "agent",
            "name": name.replace("-", "_"),
            "source": agent_source(description, body, returns),
            "tests": "",
            "fixtures": {},
            "origin": origin,
        }
    )
