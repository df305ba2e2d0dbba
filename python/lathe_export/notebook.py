"""A session as a Jupyter notebook that runs outside of Lathe, from top to bottom."""

import ast
import base64
import inspect
import json
import os
import re
from pathlib import Path
from typing import Any

from lathe_export import markup, readers, recorded
from lathe_export.files import Folder
from lathe_export.request import Request
from lathe_export.session import Cell, Ending, Item, Said, Session, Task

_LATHE = re.compile(r"\blathe\b")
# The folders of inputs and of work, as they are inside the sandbox.
_SANDBOX = re.compile(r"/data/\d|(?<!\w)/work\b")
_RECORDED = 'RECORDED: dict[str, Any] = json.loads("{}")\n'
# What the cell before has defined.
_IMPORTED = re.compile(r"from lathe_export\.outside_values import \([^)]*\)\n\n")
_BUILT = {
    "parquet": "pd.read_parquet({path})",
    "jsonl": "pd.read_json({path}, lines=True, convert_dates=False, dtype=False)",
    "folder": "Path({path})",
    "sqlite": "Database({path})",
    "json": "read_json({path})",
    "excel": "read_excel({path})",
}
_LARGEST_SNIFFED = 64 << 20
Block = dict[str, Any]


def notebook(session: Session, request: Request) -> Block:
    """Return the notebook, of nbformat 4.5."""
    maker = _Maker(session, request)
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "lathe": {"session": session.name, "version": request.version},
        },
        "cells": maker.cells(),
    }


class _Maker:
    def __init__(self, session: Session, request: Request) -> None:
        self._session = session
        self._request = request
        self._folder = Folder(Path(request.folder))
        self._run = [cell for cell in session.cells if cell.runs]
        self._needs_lathe = any(_LATHE.search(cell.code) for cell in self._run)
        self._made: list[Block] = []
        self._count = 0

    def cells(self) -> list[Block]:
        self._text(self._opening())
        if self._needs_lathe:
            self._code(_text_of("outside_values"), tag="lathe-outside-values", hidden=True)
            self._code(self._stand_in(), tag="lathe-outside", hidden=True)
        if self._session.inputs or self._run:
            self._code(self._inputs(), tag="lathe-inputs")
        for item in self._session.items:
            self._item(item)
        return self._made

    # What stands before the session's own cells.

    def _opening(self) -> str:
        session = self._session
        lines = [
            f"# {markup.plain(session.name)}",
            f"Made from a session of Lathe {self._request.version} "
            f"(model: {markup.plain(session.model)}). The code was written by a model: read it "
            "before you run it, for here it runs with your rights, not in a sandbox. The outputs "
            "are those that were recorded.",
        ]
        if self._needs_lathe:
            lines.append(
                "The first cell stands for the `lathe` object: subtasks and questions to models "
                "are not run again, their recorded results are given instead."
            )
        lines += [f"- {note}" for note in self._notes()]
        return "\n\n".join(lines)

    def _notes(self) -> list[str]:
        notes: list[str] = []
        for standing, why in _LEFT_OUT.items():
            numbers = [str(c.number) for c in self._session.cells if c.standing == standing]
            if numbers:
                notes.append(f"Left out, {why}: cell {', '.join(numbers)}.")
        inside = [c.number for c in self._run if _SANDBOX.search(c.code)]
        if inside:
            numbers = ", ".join(map(str, inside))
            notes.append(
                f"Cell {numbers} names paths of the sandbox (/data/N/FILE, or the work "
                "folder): put your own there."
            )
        for place, one in enumerate(self._session.inputs):
            path = markup.code(one["path"])
            gone = "" if os.path.exists(one["path"]) else "; it is not there any more"  # noqa: PTH110
            notes.append(
                f"Input {markup.code(one['name'])}: {path} (in cells /data/{place}/…){gone}."
            )
        taken = [c.number for c in self._run if c.named("take_data")]
        if taken:
            numbers = ", ".join(map(str, taken))
            notes.append(
                f"Cell {numbers} took tables or arrays that subtasks answered with. Lathe does not "
                "keep these with a session, so these cells stop there."
            )
        lost = self._request.missing
        if lost:
            notes.append(
                f"Not in the library any more: {', '.join(markup.code(one) for one in lost)}."
            )
        return notes

    def _stand_in(self) -> str:
        source = _IMPORTED.sub("", _text_of("outside"))
        answers = recorded.answers(self._session, self._run, self._folder)
        text = repr(json.dumps(answers, ensure_ascii=True))
        filled = source.replace(_RECORDED, f"RECORDED: dict[str, Any] = json.loads({text})\n")
        parts = [filled]
        for one in self._request.library:
            parts.append(f"lathe.capability({one['name']!r}, {_literal(one['source'])})\n")
        return "\n".join(parts).rstrip("\n")

    def _inputs(self) -> str:
        lines = ["import numpy as np", "import pandas as pd"]
        formats = {one["format"] for one in self._session.inputs}
        if "folder" in formats or "text" in formats:
            lines.insert(0, "from pathlib import Path\n")
        helpers = {
            "sqlite": readers.Database,
            "json": readers.read_json,
            "excel": readers.read_excel,
        }
        used = [helper for form, helper in helpers.items() if form in formats]
        if used:
            lines[0:0] = ["import sqlite3", "from pathlib import Path", "from typing import Any\n"]
            lines += ["", *(f"\n{inspect.getsource(helper)}" for helper in used)]
        lines.append("")
        for one in self._session.inputs:
            lines.append(f"{one['name']} = {self._reading(one)}")
        return "\n".join(lines).rstrip("\n")

    def _reading(self, one: dict[str, str]) -> str:
        path, form = repr(_relative(one["path"], self._request.beside)), one["format"]
        if form in _BUILT:
            return _BUILT[form].format(path=path)
        encoding = _encoding(Path(one["path"]))
        if form == "text":
            return f"Path({path}).read_text({encoding or 'utf-8-sig'!r})"
        separator = _separator(Path(one["path"]), "\t" if form == "tsv" else ",", encoding)
        options = "" if separator == "," else f", sep={separator!r}"
        options += f", encoding={encoding!r}" if encoding else ""
        return f"pd.read_csv({path}{options}, low_memory=False)"

    # The session's own cells.

    def _item(self, item: Item) -> None:
        match item:
            case Task(text):
                self._text(f"## Task\n\n{markup.quoted(text)}")
            case Said(text):
                self._text(markup.markdown(text))
            case Ending(outcome):
                self._text(ending(outcome))
            case Cell() if item.runs:
                self._ran(item)
            case Cell() if item.standing != "undone":
                why = _LEFT_OUT[item.standing]
                self._text(f"Cell {item.number}, {why}:\n\n{markup.fenced(item.code, 'python')}")
            case _:
                pass

    def _ran(self, cell: Cell) -> None:
        if cell.by_user:
            self._text(f"Cell {cell.number}, run by the user:")
        part = cell.standing == "part"
        if part:
            self._code(
                f"lathe.leave_at({cell.until})  # The session went back to this point of the cell."
            )
        status = (cell.result or {}).get("status")
        self._code(
            cell.code, cell=cell, tag="raises-exception" if part or status == "error" else None
        )
        if cell.then is not None:
            self._code(cell.then, tag="lathe-branch")
        if told := told_of_calls(cell, self._session):
            self._text(told)

    def _outputs(self, cell: Cell) -> list[Block]:
        result = cell.result
        if result is None:
            return []
        outputs: list[Block] = []
        for name in ("stdout", "stderr"):
            if text := self._folder.text(result[name]):
                outputs.append({"output_type": "stream", "name": name, "text": _lines(text)})
        for artifact in result["artifacts"]:
            outputs.append(self._shown(artifact))
        if value := result.get("value"):
            text = self._folder.text(value["text"])
            data = {"text/plain": _lines(text)}
            count = {"execution_count": cell.number}
            outputs.append({"output_type": "execute_result", "data": data, "metadata": {}, **count})
        if failure := result.get("failure"):
            trace = str(failure["traceback"]) or f"{failure['type']}: {failure['message']}"
            names = {"ename": failure["type"], "evalue": failure["message"]}
            outputs.append({"output_type": "error", **names, "traceback": trace.splitlines()})
        return outputs

    def _shown(self, artifact: dict[str, Any]) -> Block:
        """Return a figure, and where everything else is: pages and drawings can hold scripts."""
        data: dict[str, Any] = {"text/plain": f"[artifact {self._folder.artifact(artifact)}]"}
        if (content := self._folder.figure(artifact)) is not None:
            data[artifact["mime"]] = base64.b64encode(content).decode("ascii")
        elif not self._folder.has(artifact):
            data["text/plain"] += " (not there any more)"
        return {"output_type": "display_data", "data": data, "metadata": {}}

    def _text(self, text: str) -> None:
        self._add({"cell_type": "markdown", "metadata": {}, "source": _lines(text)})

    def _code(
        self, source: str, cell: Cell | None = None, tag: str | None = None, *, hidden: bool = False
    ) -> None:
        metadata: dict[str, Any] = {"tags": [tag]} if tag else {}
        if hidden:
            metadata["jupyter"] = {"source_hidden": True}
        self._add(
            {
                "cell_type": "code",
                "metadata": metadata,
                "source": _lines(source),
                "execution_count": cell.number if cell else None,
                "outputs": self._outputs(cell) if cell else [],
            }
        )

    def _add(self, block: Block) -> None:
        self._count += 1
        self._made.append({"id": f"lathe-{self._count}", **block})


_LEFT_OUT = {
    "undone": "since it was undone",
    "interrupted": "since it was interrupted",
    "died": "since it killed its kernel",
    "unfinished": "since it did not finish, or its kernel was lost",
}


def ending(outcome: dict[str, Any]) -> str:
    """Return how a task ended: its answer, and what is missing of it."""
    parts: list[str] = []
    if outcome["answer"]:
        parts.append(f"### Answer\n\n{markup.markdown(outcome['answer'])}")
    if outcome["status"] != "complete":
        word = str(outcome["status"]).replace("_", " ")
        parts.append(
            f"**{word.capitalize()}**: {markup.plain(outcome['reason']) or 'no reason was given'}"
        )
    return "\n\n".join(parts) or "The task ended without an answer."


def told_of_calls(cell: Cell, session: Session) -> str:
    """Return what a cell had Lathe do: subtasks, questions to models, saved capabilities."""
    parts: list[str] = []
    started = [one for call in cell.named("delegate") for one in _started(call)]
    if started:
        rows = [_row(one, session) for one in started]
        head = ["subtask", "ended", "turns", "result or reason"]
        parts.append(f"Subtasks of cell {cell.number}:\n\n{markup.table(head, rows)}")
    for call in cell.named("ask_model"):
        told: dict[str, Any] = call.answer or {}
        reply: dict[str, Any] = told.get("value") or {}
        answer = reply.get("value", told.get("reason", "no answer"))
        question = markup.plain(markup.short(str(call.arguments.get("prompt", ""))))
        parts.append(
            f"Asked a model: {question}\n\n{markup.quoted(markup.short(_spelled(answer)))}"
        )
    for call in cell.named("save_function", "save_agent"):
        saved = (call.answer or {}).get("value")
        where = (
            f"{saved['path']} ({saved['status']})"
            if saved
            else (call.answer or {}).get("reason", "")
        )
        parts.append(f"Saved {markup.code(str(call.arguments.get('name')))}: {markup.plain(where)}")
    return "\n\n".join(parts)


def _started(call: Any) -> list[dict[str, Any]]:
    told: dict[str, Any] = call.answer or {}
    value: dict[str, Any] = told.get("value") or {}
    return value.get("subtasks", [])


def _row(started: dict[str, Any], session: Session) -> list[str]:
    ended = session.subtasks.get(int(started["id"]))
    if ended is None:
        return [started["label"], "unfinished", "", ""]
    shown = _spelled(ended.get("value")) if ended["status"] == "complete" else ended["reason"]
    return [
        started["label"],
        ended["status"].replace("_", " "),
        str(ended["turns"]),
        markup.short(shown),
    ]


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(text: str) -> list[str]:
    return (
        text.splitlines(keepends=True) if "\r" not in text else re.findall(r"[^\n]*\n|[^\n]+", text)
    )


def _literal(source: str) -> str:
    """Return source as a Python literal; over several lines where that reads the same."""
    written = f'r"""\n{source}"""'
    try:
        return written if ast.literal_eval(written) == f"\n{source}" else repr(source)
    except (ValueError, SyntaxError):
        return repr(source)


def _text_of(module: str) -> str:
    return (Path(__file__).parent / f"{module}.py").read_text("utf-8").rstrip("\n")


def _relative(path: str, beside: str | None) -> str:
    """Return a path as seen from the notebook, where both lie in one folder below the root."""
    if beside is None or os.path.commonpath([path, beside]).count("/") < 2:
        return path
    return os.path.relpath(path, beside)


def _encoding(path: Path) -> str | None:
    """Return the encoding that Lathe reads a file with, None for UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_SNIFFED)
    except OSError:
        return None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character may be cut where the reading stopped.
        return (
            None
            if error.start > len(content) - 4 and len(content) == _LARGEST_SNIFFED
            else "latin-1"
        )
    return None


def _separator(path: Path, usual: str, encoding: str | None) -> str:
    """Return what separates the columns: another than usual where the head is one column of it."""
    try:
        with path.open(encoding=encoding or "utf-8", errors="replace") as file:
            head = file.readline(1 << 16)
    except OSError:
        return usual
    if usual in head:
        return usual
    return next((one for one in (";", "\t", "|") if one in head), usual)
