"""Finds rows of a table in a text, however they are written down."""

import re
from typing import Any, cast

# So many neighbouring values of one row in their order are that row and no coincidence.
_NEIGHBOURS = 6
_WORD = re.compile(r"-?\d+(?:\.\d+)?|\w+")


def texts(value: Any) -> str:
    """Give every string inside a JSON value, joined."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = list(cast("dict[str, Any]", value).values())
    return "\n".join(map(texts, cast("list[Any]", value))) if isinstance(value, list) else ""


def rows_in(text: str, frame: Any, rows: Any) -> list[int]:
    """Give the positions, among `rows`, of rows that the text holds.

    Every run of neighbouring values counts, with or without the columns' names between them:
    CSV, `to_string`, a printed row, JSON records, a dict, a Markdown table.
    """
    words = _words(text, frame)
    seen = {tuple(words[i : i + _NEIGHBOURS]) for i in range(len(words) - _NEIGHBOURS + 1)}
    found: list[int] = []
    for position in rows:
        values = [
            _plain(word)
            for value in frame.iloc[position].tolist()
            for word in _WORD.findall(str(value))
        ]
        if any(
            tuple(values[i : i + _NEIGHBOURS]) in seen for i in range(len(values) - _NEIGHBOURS + 1)
        ):
            found.append(position)
    return found


def dates_in(text: str, frame: Any) -> list[tuple[int, int]]:
    """Give months and days that stand beside a year of the data, as in every row of it.

    This finds what `repr` leaves of a wide table, too: the first few values of a row.
    """
    years = set(map(str, frame["year"].unique()))
    words = _words(text, frame)
    triples = list(zip(words, words[1:], words[2:], strict=False))
    triples += re.findall(r"\b(\d{4})-(\d\d)-(\d\d)", text)
    dates = [
        (int(month), int(day))
        for year, month, day in triples
        if year in years and month.isdecimal() and day.isdecimal()
    ]
    return [(month, day) for month, day in dates if 1 <= month <= 12 and 1 <= day <= 31]


def _words(text: str, frame: Any) -> list[str]:
    names = set(map(str, frame.columns))
    return [_plain(word) for word in _WORD.findall(text) if word not in names]


def _plain(word: str) -> str:
    """Write a number in one way: 517 for 517.0."""
    return re.sub(r"(\.\d*?)0+$", r"\1", word).removesuffix(".") if "." in word else word
