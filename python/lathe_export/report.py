"""A session as a report in Markdown: answers first, then how they were found, then what it cost."""

import csv
import io
import urllib.parse
from pathlib import Path
from typing import Any

from lathe_export import markup
from lathe_export.files import Folder
from lathe_export.notebook import ending, told_of_calls
from lathe_export.request import Request
from lathe_export.session import Cell, Ending, Said, Session, Task

_ROWS = 20
_SNIFFED = 1 << 20
_LEFT_OUT = {
    "part": "the session went back to a point within it",
    "undone": "undone",
    "interrupted": "interrupted",
    "died": "it killed its kernel",
    "unfinished": "it did not finish, or its kernel was lost",
}


def report(session: Session, request: Request) -> tuple[str, list[dict[str, str]]]:
    """Return the report, and the files to copy beside it as pairs `from` and `to`."""
    maker = _Maker(session, request)
    return maker.text(), maker.copies


class _Maker:
    def __init__(self, session: Session, request: Request) -> None:
        self._session = session
        self._request = request
        self._folder = Folder(Path(request.folder))
        self.copies: list[dict[str, str]] = []

    def text(self) -> str:
        session = self._session
        found = any(isinstance(item, Cell) for item in session.items)
        parts = [f"# {markup.plain(session.name)}", *self._answers()]
        parts += ["## How it was found", *self._steps()] if found else []
        parts += [*self._inputs(), *self._costs(), *self._warnings()]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _answers(self) -> list[str]:
        parts: list[str] = []
        figures: list[str] = []
        for item in self._session.items:
            match item:
                case Task(text):
                    parts += [f"## {markup.plain(markup.short(text))}"]
                    parts += [markup.quoted(text)] if len(text) > 200 or "\n" in text else []
                    figures = []
                case Cell() if item.result is not None:
                    figures += [self._artifact(one) for one in item.result["artifacts"]]
                case Ending(outcome):
                    parts += [ending(outcome), *figures]
                    figures = []
                case _:
                    pass
        return [*parts, *figures]

    def _artifact(self, artifact: dict[str, Any]) -> str:
        title = markup.plain(artifact["title"] or artifact["name"])
        if not self._folder.has(artifact):
            return f"{title}: {markup.code(artifact['name'])} is not there any more."
        link = self._link(artifact)
        if self._folder.figure(artifact) is not None:
            return f"![{title}]({link})"
        lines = [f"[{title}]({link})"]
        if artifact["mime"] in ("text/csv", "text/tab-separated-values"):
            lines.append(self._table(artifact))
        return "\n\n".join(line for line in lines if line)

    def _link(self, artifact: dict[str, Any]) -> str:
        path = self._folder.artifact(artifact)
        if self._request.files is None:
            return urllib.parse.quote(str(path))
        copy = {"from": str(path), "to": f"{self._request.files}/{path.name}"}
        if copy not in self.copies:
            self.copies.append(copy)
        return urllib.parse.quote(copy["to"])

    def _table(self, artifact: dict[str, Any]) -> str:
        text = self._folder.head(artifact, _SNIFFED)
        is_whole = artifact["bytes"] <= _SNIFFED
        separator = "," if artifact["mime"] == "text/csv" else "\t"
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error:
            return ""
        rows = rows if is_whole else rows[:-1]
        if len(rows) < 2 or not rows[0]:
            return ""
        width = len(rows[0])
        shown = [[*row[:width], *[""] * (width - len(row))] for row in rows[1 : _ROWS + 1]]
        table = markup.table([markup.plain(one) or " " for one in rows[0]], shown)
        left = len(rows) - 1 - len(shown)
        if left == 0 and is_whole:
            return table
        count = f"{left:,}" if is_whole else f"at least {left:,}"
        return f"{table}\n\n{count} more rows are in the file."

    def _steps(self) -> list[str]:
        parts: list[str] = []
        tasks = 0
        for item in self._session.items:
            match item:
                case Task(text):
                    tasks += 1
                    parts.append(f"### Task {tasks}: {markup.plain(markup.short(text, 80))}")
                case Said(text):
                    parts.append(markup.markdown(text))
                case Cell():
                    parts += self._cell(item)
                case _:
                    pass
        return parts

    def _cell(self, cell: Cell) -> list[str]:
        note = _LEFT_OUT.get(cell.standing, "")
        by = "run by the user" if cell.by_user else ""
        notes = ", ".join(one for one in (by, note) if one)
        parts = [f"**Cell {cell.number}**" + (f" ({notes})" if notes else "")]
        parts.append(markup.fenced(cell.code, "python"))
        result = cell.result
        if result is None:
            return [*parts, "It has no recorded end."]
        for name in ("stdout", "stderr"):
            if text := self._folder.text(result[name]):
                parts.append(markup.fenced(text))
        if value := result.get("value"):
            parts.append(markup.fenced(self._folder.text(value["text"])))
        if failure := result.get("failure"):
            trace = str(failure["traceback"]) or f"{failure['type']}: {failure['message']}"
            parts.append(markup.fenced(trace))
        parts += [self._artifact_named(one) for one in result["artifacts"]]
        return [*parts, told_of_calls(cell, self._session)]

    def _artifact_named(self, artifact: dict[str, Any]) -> str:
        if not self._folder.has(artifact):
            return f"Artifact {markup.code(artifact['name'])}, which is not there any more."
        return f"Artifact [{markup.plain(artifact['name'])}]({self._link(artifact)})"

    def _inputs(self) -> list[str]:
        if not self._session.inputs:
            return []
        rows = [[one["name"], one["format"], one["path"]] for one in self._session.inputs]
        return ["## Data", markup.table(["name", "format", "path"], rows)]

    def _costs(self) -> list[str]:
        spent = self._session.spent
        if not spent:
            return ["## Cost", "Nothing was spent: no reply of a model, or replayed ones."]
        rows = [
            [
                agent,
                model,
                str(one.turns),
                f"{one.read:,}",
                f"{one.written:,}",
                _money(one.microdollars),
            ]
            for (agent, model), one in spent.items()
        ]
        known = [one.microdollars for one in spent.values() if one.microdollars is not None]
        total = _money(sum(known)) if len(known) == len(spent) else "unknown: a model has no price"
        read = sum(one.read for one in spent.values())
        written = sum(one.written for one in spent.values())
        turns = sum(one.turns for one in spent.values())
        rows.append(["in all", "", str(turns), f"{read:,}", f"{written:,}", total])
        head = ["agent", "model", "turns", "tokens read", "tokens written", "cost"]
        return ["## Cost", markup.table(head, rows)]

    def _warnings(self) -> list[str]:
        if not self._session.warnings:
            return []
        lines = [f"- {markup.plain(one)}" for one in self._session.warnings]
        return ["## Warnings", "\n".join(lines)]


def _money(microdollars: int | None) -> str:
    if microdollars is None:
        return "unknown"
    return f"${microdollars / 1_000_000:.{4 if 0 < microdollars < 1_000_000 else 2}f}"
