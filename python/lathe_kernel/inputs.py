"""The user's data, bound to names when a kernel starts."""

import codecs
import contextlib
import importlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from lathe_kernel.database import Database
from lathe_kernel.errors import invalid
from lathe_kernel.packages import pandas
from lathe_kernel.protocol import InputSpecification

_MAXIMUM_LISTED = 20
_MAXIMUM_WALKED = 10_000
_WAL = (
    "`{name}` is in write-ahead mode: changes that are not yet in the file itself (its -wal file) "
    "are not seen. Run `pragma wal_checkpoint(truncate)` on it to have them."
)


@dataclass(frozen=True)
class Loaded:
    """An input's value, what the state says about it, and what is wrong with it."""

    value: object
    note: str
    problems: list[str] = field(default_factory=list[str])


def load(specification: InputSpecification) -> Loaded:
    """Read one input.

    Raises:
        LatheError: the format is none of the protocol's.
        Exception: whatever the reader of the format raises for a broken file.
    """
    path = Path(specification["path"])
    match specification["format"]:
        case "parquet":
            return Loaded(pandas().read_parquet(path, engine="pyarrow"), "input")
        case "csv":
            return _table(path, specification["name"], ",")
        case "tsv":
            return _table(path, specification["name"], "\t")
        case "jsonl":
            # Numbers and dates written as text stay text.
            frame = pandas().read_json(path, lines=True, convert_dates=False, dtype=False)
            return Loaded(frame, "input")
        case "json":
            return _json(path)
        case "excel":
            return _excel(path)
        case "sqlite":
            database = Database(path)
            problems = [_WAL.format(name=specification["name"])] if database.is_write_ahead else []
            use = f"{specification['name']}.query(sql) gives a DataFrame"
            return Loaded(database, f"input; {use}; {database.summary()}", problems)
        case "text":
            return _text(path, specification["name"])
        case "folder":
            return Loaded(path, f"input; {folder_summary(path)}")
        case other:
            raise invalid(f"`{other}` is not a format of an input")


def problem(specification: InputSpecification, error: Exception) -> str:
    """Say for a person why an input could not be loaded."""
    name = Path(specification["path"]).name
    reason = f"{type(error).__name__}: {error}".split("\n")[0][:300]
    return (
        f"`{specification['name']}` ({name}, {specification['format']}) could not be loaded: "
        f"{reason}. The file is at {specification['path']}: read it with other options."
    )


def folder_summary(folder: Path) -> str:
    """Say how many files of which kinds a folder holds, and name the first ones."""
    kinds: Counter[str] = Counter()
    names: list[str] = []
    size = 0
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(parent) / name
            kinds[path.suffix.lower() or "no suffix"] += 1
            size += path.lstat().st_size
            if len(names) < _MAXIMUM_LISTED:
                names.append(str(path.relative_to(folder)))
        if kinds.total() > _MAXIMUM_WALKED:
            break
    more = "+" if kinds.total() > _MAXIMUM_WALKED else ""
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(8))
    listed = ", ".join(names) + (", …" if kinds.total() > len(names) else "")
    return f"folder of {kinds.total():,}{more} files ({counts}), {size:,} bytes: {listed}"


def _table(path: Path, name: str, separator: str) -> Loaded:
    problems: list[str] = []
    encoding = _encoding(path)
    try:
        frame = pandas().read_csv(path, sep=separator, low_memory=False, encoding=encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        frame = pandas().read_csv(path, sep=separator, low_memory=False, encoding=encoding)
        problems.append(f"`{name}` ({path.name}) is not UTF-8; it was read as Latin-1.")
    other = _other_separator(frame)
    if other is not None:
        with contextlib.suppress(ValueError):
            frame = pandas().read_csv(path, sep=other, low_memory=False, encoding=encoding)
            problems.append(f"`{name}` ({path.name}) was read with {other!r} between its columns.")
    return Loaded(frame, "input", problems)


def _encoding(path: Path) -> str:
    """Return the encoding that a file's first bytes declare, else UTF-8."""
    with path.open("rb") as file:
        begins_as_utf16 = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return "utf-16" if begins_as_utf16 else "utf-8"


def _other_separator(frame: Any) -> str | None:
    """Return what separates the columns of a frame that was taken for a single column."""
    if len(frame.columns) != 1:
        return None
    header = str(frame.columns[0])
    return next((one for one in (";", "\t", "|") if one in header), None)


def _json(path: Path) -> Loaded:
    value: object = json.loads(path.read_text("utf-8-sig"))
    if _is_records(value):
        return Loaded(pandas().DataFrame(value), "input; from a list of records")
    return Loaded(value, "input")


def _is_records(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(record, dict) for record in cast("list[object]", value))


def _excel(path: Path) -> Loaded:
    importlib.import_module("openpyxl")
    sheets: dict[str, Any] = pandas().read_excel(path, sheet_name=None)
    if len(sheets) == 1:
        name, frame = next(iter(sheets.items()))
        return Loaded(frame, f"input; sheet {name!r}")
    described = "; ".join(
        f"{name!r} ({frame.shape[0]:,} rows, {frame.shape[1]:,} columns)"
        for name, frame in list(sheets.items())[:_MAXIMUM_LISTED]
    )
    return Loaded(sheets, f"input; {len(sheets)} sheets as DataFrames: {described}")


def _text(path: Path, name: str) -> Loaded:
    content = path.read_bytes()
    try:
        encoding = "utf-16" if _encoding(path) == "utf-16" else "utf-8-sig"
        text, problems = content.decode(encoding), []
    except UnicodeDecodeError:
        text = content.decode("latin-1")
        problems = [f"`{name}` ({path.name}) is not UTF-8; it was read as Latin-1."]
    return Loaded(text, f"input; {text.count(chr(10)) + 1:,} lines", problems)
