"""Agent Skills: a folder with SKILL.md and scripts/, by the open specification."""

import re
from typing import cast

from lathe_library import facts
from lathe_library.refusals import Refusal
from lathe_neighbours import frontmatter
from lathe_neighbours.found import Folder
from lathe_neighbours.items import Document, Exported, Imported, Proposal, agent_source

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_MAXIMUM_NAME = 64
_MAXIMUM_DESCRIPTION = 1024
_OURS = ("name", "description", "metadata")
_MARKS = ("lathe-kind", "lathe-name", "lathe-version", "lathe-sha256")


def export(document: Document, made: Exported) -> None:
    """Add the folder of a skill."""
    known = facts.read(document["source"], document["kind"], document["name"])
    name = "-".join(part for part in document["name"].split("_") if part)
    path = f"{document['kind']} {document['name']}"
    if not _NAME.match(name) or len(name) > _MAXIMUM_NAME or f"{name}/SKILL.md" in made.files:
        made.left_out.append(f"{path}: {name!r} cannot name a skill, or another one has it.")
        return
    description = known.summary
    if known.docstring.strip() != known.summary.strip() and document["kind"] == "agent":
        made.left_out.append(f"{path}: of its description the first sentence is the skill's.")
    fields = {
        "name": name,
        "description": description[:_MAXIMUM_DESCRIPTION],
        "metadata": {
            "lathe-kind": document["kind"],
            "lathe-name": document["name"],
            "lathe-version": str(document["version"]),
            "lathe-sha256": document["sha256"],
        },
    }
    body = known.instructions if known.instructions is not None else _about(document, known)
    made.files[f"{name}/SKILL.md"] = frontmatter.written(fields, body)
    made.files[f"{name}/scripts/{document['name']}.py"] = document["source"]
    if document["tests"]:
        made.files[f"{name}/scripts/test_{document['name']}.py"] = document["tests"]
    if document["fixtures"]:
        place = f"{name}/scripts/fixtures/{document['name']}"
        made.fixtures[place] = document["fixtures"]


def _about(document: Document, known: facts.Facts) -> str:
    name = document["name"]
    needs = ", ".join(known.dependencies) or "nothing beyond Python"
    return (
        f"# {name}\n\n{known.docstring.strip()}\n\n"
        f"`scripts/{name}.py` defines one function, `{known.signature}`, and needs {needs}. "
        f"With `scripts/` on Python's path: `from {name} import {name}`."
    )


def read(folder: Folder, found: Imported) -> None:
    """Add what a skill's folder holds.

    Raises:
        Refusal: it is no skill.
    """
    page = frontmatter.read(folder.text("SKILL.md"))
    origin = f"skill {folder.name}"
    found.left_out += [f"{origin}: {note}." for note in page.notes]
    name, description = str(page.fields.get("name", "")), str(page.fields.get("description", ""))
    if name != folder.name or not _NAME.match(name) or len(name) > _MAXIMUM_NAME:
        raise Refusal(
            f"its name {name!r:.80} must be the folder's, of at most {_MAXIMUM_NAME} lower-case "
            "letters and digits in words joined by hyphens."
        )
    if not 1 <= len(description.strip()) <= _MAXIMUM_DESCRIPTION:
        raise Refusal(f"its description must have 1 to {_MAXIMUM_DESCRIPTION} characters.")
    given = page.fields.get("metadata")
    marks = cast("dict[str, object]", given) if isinstance(given, dict) else {}
    for field in sorted(set(page.fields) - set(_OURS)):
        found.left_out.append(f"{origin}: {field}: {page.fields[field]!s:.120}")
    for field in sorted(str(one) for one in marks if one not in _MARKS):
        found.left_out.append(f"{origin}: metadata {field}: {marks[field]!s:.120}")
    if marks.get("lathe-kind") in ("function", "agent") and marks.get("lathe-name"):
        _ours(folder, page, marks, origin, found)
    else:
        _foreign(folder, page, description, origin, found)


def _ours(
    folder: Folder,
    page: frontmatter.Page,
    marks: dict[str, object],
    origin: str,
    found: Imported,
) -> None:
    kind: facts.Kind = "function" if marks["lathe-kind"] == "function" else "agent"
    name = str(marks["lathe-name"])
    facts.require_name(name)
    source = folder.text("scripts", f"{name}.py")
    known = facts.read(source, kind, name)
    if kind == "agent" and known.instructions is not None:
        if known.instructions.strip() != page.body.strip():
            source = agent_source(str(page.fields["description"]), page.body, known.returns)
            found.left_out.append(
                f"{origin}: its text was edited since it was exported, so that text counts, and "
                "what its script has beside RETURNS is left out."
            )
    elif known.docstring.strip() not in page.body:
        found.left_out.append(f"{origin}: the text of SKILL.md, which is not the function's own.")
    found.proposals.append(_proposal(folder, kind, name, source, origin))
    taken = {f"{name}.py", f"test_{name}.py", "fixtures"}
    _others(folder, origin, taken, found)


def _foreign(
    folder: Folder, page: frontmatter.Page, description: str, origin: str, found: Imported
) -> None:
    name = folder.name.replace("-", "_")
    if page.body.strip():
        source = agent_source(description, page.body, None)
        found.proposals.append(
            {
                "kind": "agent",
                "name": name,
                "source": source,
                "tests": "",
                "fixtures": {},
                "origin": origin,
            }
        )
    taken: set[str] = set()
    for script in folder.names("scripts"):
        stem = script.removesuffix(".py")
        if stem == script or stem.startswith("test_"):
            continue
        try:
            source = folder.text("scripts", script)
            facts.read(source, "function", stem)
        except Refusal as refusal:
            found.left_out.append(f"{origin}: scripts/{script}, which is no function: {refusal}")
            taken.add(script)
            continue
        found.proposals.append(_proposal(folder, "function", stem, source, origin))
        taken |= {script, f"test_{stem}.py"}
    _others(folder, origin, taken, found)


def _proposal(folder: Folder, kind: facts.Kind, name: str, source: str, origin: str) -> Proposal:
    tests = f"test_{name}.py"
    return {
        "kind": kind,
        "name": name,
        "source": source,
        "tests": folder.text("scripts", tests) if tests in folder.names("scripts") else "",
        "fixtures": folder.encoded("scripts", "fixtures", name),
        "origin": origin,
    }


def _others(folder: Folder, origin: str, taken: set[str], found: Imported) -> None:
    """Name every file that did not come along."""
    for script in folder.names("scripts"):
        if script not in taken:
            found.left_out.append(f"{origin}: scripts/{script}")
    found.left_out += [
        f"{origin}: {one}" for one in folder.names() if one not in ("SKILL.md", "scripts")
    ]
