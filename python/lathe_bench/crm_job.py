"""A meeting of two hours, whose transcript belongs to the records of accounts."""

import random
from collections.abc import Mapping
from typing import Any

from lathe_bench.definitions import Definition

MEETING = "account-review-47"
TASK = (
    f"Attach the transcript of the meeting {MEETING}, as it is, as a note to the record of each "
    "account that was discussed in it."
)
ACCOUNTS = (
    "Alder Freight",
    "Birch Optics",
    "Cedar Mills",
    "Dogwood Energy",
    "Elm Street Foods",
    "Fir Analytics",
    "Ginkgo Health",
    "Hazel Robotics",
)
DISCUSSED = (1, 4, 6)
_WORDS_A_MINUTE = 150
_MINUTES = 120
_SPEAKERS = ("Sales", "Support", "Finance", "Product")
_OPENINGS = ("For", "With", "On", "About", "As to", "Looking at")
_THINGS = ("the renewal", "the pilot", "the open tickets", "the invoice", "the roadmap", "training")
_VERBS = ("we agreed to", "they asked us to", "I would rather", "nobody has yet managed to")
_ACTIONS = ("move the date", "send a quote", "review the terms", "add two seats", "call them back")
_REASONS = ("before the quarter ends", "once legal has answered", "because usage went up by", "by")


def transcript() -> str:
    """Return what was said: as many words as people say in that time; always the same."""
    chance = random.Random(MEETING)
    lines: list[str] = []
    words = 0
    while words < _WORDS_A_MINUTE * _MINUTES:
        seconds = words * 60 // _WORDS_A_MINUTE
        moment = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        said = " ".join(_sentence(chance) for _ in range(chance.randint(2, 6)))
        lines.append(f"[{moment}] {chance.choice(_SPEAKERS)}: {said}")
        words += len(said.split())
    return "\n".join(lines)


def _sentence(chance: random.Random) -> str:
    account = ACCOUNTS[chance.choice(DISCUSSED)]
    opening, thing = chance.choice(_OPENINGS), chance.choice(_THINGS)
    verb, action = chance.choice(_VERBS), chance.choice(_ACTIONS)
    reason, number = chance.choice(_REASONS), chance.randint(2, 96)
    return f"{opening} {thing} of {account} {verb} {action} {reason} {number} percent."


def records() -> list[dict[str, str]]:
    """Return the records of the accounts."""
    return [{"id": f"rec-{at:04}", "account": name} for at, name in enumerate(ACCOUNTS, start=401)]


def wanted_calls(text: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the calls that do the task, by their arguments."""
    notes = [{"record": records()[at]["id"], "text": text} for at in DISCUSSED]
    return [("crm", "attach_note", each) for each in notes]


def tools() -> list[Definition]:
    """Return the tools of both servers."""
    return [
        _tool("documents", "list_meetings", "List meetings that have a transcript.", {}),
        _tool(
            "documents",
            "get_transcript",
            "Get the whole transcript of a meeting.",
            {"meeting": "The meeting's id."},
        ),
        _tool(
            "crm",
            "list_records",
            "List records of accounts, with their ids.",
            {"query": "Words that the account's name contains; empty for all."},
        ),
        _tool(
            "crm",
            "attach_note",
            "Attach a note to a record.",
            {"record": "The record's id.", "text": "The text of the note."},
        ),
    ]


def answers(text: str) -> dict[str, Mapping[str, Any]]:
    """Return what each tool answers."""
    return {
        "list_meetings": {"meetings": [MEETING]},
        "get_transcript": {"meeting": MEETING, "text": text},
        "list_records": {"records": records()},
        "attach_note": {"attached": True},
    }


def _tool(server: str, name: str, description: str, parameters: dict[str, str]) -> Definition:
    properties = {
        each: {"type": "string", "description": said} for each, said in parameters.items()
    }
    schema = {"type": "object", "properties": properties, "required": list(parameters)}
    return Definition(server, {"name": name, "description": description, "inputSchema": schema})
