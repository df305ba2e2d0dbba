"""A tool's page: what `help`, an import and `lathe tools show` tell of it, within a bound.

What a server says is data: its control characters are taken out, it is cut, and it is marked as
the server's words.
"""

import re
from collections.abc import Iterable

from lathe_signatures.texts import Hints
from lathe_signatures.tool import ToolFunction

# Some 300 tokens.
PAGE = 1_200
_DESCRIPTION = 500
_ARGUMENT = 120
_RECORD = 200
_SHORT = Hints(most=8)
_HINTS = (
    ("readOnlyHint", "only reads", "may write"),
    ("destructiveHint", "may delete or overwrite", None),
    ("idempotentHint", "changes nothing more when repeated", None),
    ("openWorldHint", "reaches beyond this machine", None),
)
# Controls, and marks that hide text or turn its direction.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
    "|[\U000e0000-\U000e007f]"
)


def page(tool: ToolFunction) -> str:
    """Return a tool's page without its signature, at most `PAGE` characters."""
    said = cut(words(tool.definition.description), _DESCRIPTION)
    head = [f"{tool.definition.server} says: {said}" if said else "The server says nothing of it."]
    end = [
        _returns(tool),
        f"Tool {tool.definition.name!r} of {tool.definition.server!r}{_facts(tool)}.",
    ]
    whole = f"`{tool.name}.definition` has all."
    room = PAGE - sum(len(line) + 2 for line in (*head, *end)) - len(whole) - 24
    middle, left_out = _within(_details(tool), room)
    if left_out or len(said) < len(words(tool.definition.description)):
        more = f"{left_out} more lines: " if left_out else ""
        end.append(more + whole)
    return "\n".join([*head, "", *middle, *end] if middle else [*head, "", *end])


def summary(tool: ToolFunction, most: int = 120) -> str:
    """Return the first sentence of what the server says, at most so many characters."""
    line = " ".join(words(tool.definition.description).split())
    end = re.search(r"[.!?](?=\s+[A-Z(`])", line)
    return cut(line[: end.end()] if end else line, most)


def words(text: str) -> str:
    """Return a text of a server without what cannot be seen."""
    lines = [" ".join(line.split()) for line in _HIDDEN.sub("", text.replace("\r", "")).split("\n")]
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def cut(text: str, most: int) -> str:
    """Return a text of at most `most` characters; what is cut ends with …."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _details(tool: ToolFunction) -> Iterable[str]:
    for parameter in tool.parameters:
        said = cut(" ".join(words(parameter.field.description).split()), _ARGUMENT)
        odd = "" if parameter.name == parameter.field.key else f" (sent as {parameter.field.key!r})"
        if said or odd:
            yield f"{parameter.name}{odd}: {said}".rstrip(": ")
    for record in tool.shapes.records.values():
        # Keys are the server's words too.
        yield cut(" ".join(words(_SHORT.line(record)).split()), _RECORD)
    for unsaid in tool.shapes.unsaid:
        yield f"not said here: {unsaid}"


def _returns(tool: ToolFunction) -> str:
    if tool.definition.output:
        return f"Returns {cut(_SHORT.of(tool.returns), _RECORD)}."
    return "Returns what the server sends: data where it is JSON, else text."


def _facts(tool: ToolFunction) -> str:
    told: list[str] = []
    for key, true, false in _HINTS:
        value = tool.definition.annotations.get(key)
        if value is True:
            told.append(true)
        elif value is False and false:
            told.append(false)
    return f", which says that it {', '.join(told)}" if told else ""


def _within(lines: Iterable[str], room: int) -> tuple[list[str], int]:
    """Return the first lines that fit, and how many do not."""
    kept: list[str] = []
    left_out = 0
    for line in lines:
        if left_out or len(line) + 1 > room:
            left_out += 1
            continue
        kept.append(line)
        room -= len(line) + 1
    return kept, left_out
