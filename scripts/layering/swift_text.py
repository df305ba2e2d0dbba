"""Splits Swift source into its code and its string literals, which is all that the rules need."""

import re
from dataclasses import dataclass
from typing import Final

_OPENING_QUOTE: Final = re.compile(r'(#*)("""|")')
_OPENING_REGEX: Final = re.compile(r"(#+)/")
# A slash starts a regex literal only where an expression may start, with its end on the line.
_BARE_REGEX: Final = re.compile(r"/(?![\s/*])(?:\\.|[^/\\\n])+/")
_BEFORE_BARE_REGEX: Final = re.compile(r"(?:^|[(,=:\[{;&|!?]|\b(?:return|in|case))\s*$")


@dataclass(frozen=True)
class Literal:
    """A string literal: its first line, counted from 1, and its text without interpolations."""

    line: int
    text: str


@dataclass(frozen=True)
class SwiftText:
    """A file's code, comments and literals blanked out in their places, and the literals."""

    code: str
    literals: tuple[Literal, ...]


def split(source: str) -> SwiftText:
    """Splits a file; source that does not compile gives an answer of some kind, never an error."""
    reader = _Reader(source)
    reader.code_until(None)
    return SwiftText("".join(reader.code), tuple(reader.literals))


class _Reader:
    """One pass over a file; `code` has a character for every character read."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.code: list[str] = []
        self.literals: list[Literal] = []

    def code_until(self, end: str | None) -> None:
        """Reads code to the parenthesis that closes an interpolation, or to the end of the file."""
        depth = 0
        while self.at < len(self.source):
            character = self.source[self.at]
            if end is not None and character == end and depth == 0:
                return
            depth += {"(": 1, ")": -1}.get(character, 0)
            if not (self._comment() or self._string() or self._regex()):
                self._keep(1)

    def _keep(self, count: int) -> None:
        self.code.append(self.source[self.at : self.at + count])
        self.at += count

    def _blank(self, end: int) -> None:
        self.code.append(re.sub(r"[^\n]", " ", self.source[self.at : end]))
        self.at = min(end, len(self.source))

    def _comment(self) -> bool:
        if self.source.startswith("//", self.at):
            end = self.source.find("\n", self.at)
            self._blank(end if end >= 0 else len(self.source))
            return True
        if not self.source.startswith("/*", self.at):
            return False
        depth, end = 0, len(self.source)
        for mark in re.finditer(r"/\*|\*/", self.source[self.at :]):
            depth += 1 if mark.group() == "/*" else -1
            if depth == 0:
                end = self.at + mark.end()
                break
        self._blank(end)
        return True

    def _regex(self) -> bool:
        extended = _OPENING_REGEX.match(self.source, self.at)
        if extended:
            end = self.source.find("/" + extended[1], extended.end())
            self._blank(end + 1 + len(extended[1]) if end >= 0 else len(self.source))
            return True
        bare = _BARE_REGEX.match(self.source, self.at)
        line = self.source.rfind("\n", 0, self.at) + 1
        if bare and _BEFORE_BARE_REGEX.search(self.source[line : self.at]):
            self._blank(bare.end())
            return True
        return False

    def _string(self) -> bool:
        opening = _OPENING_QUOTE.match(self.source, self.at)
        if not opening:
            return False
        pounds, quote = opening.groups()
        line = self.source.count("\n", 0, self.at) + 1
        # The quotes stay in the code, so that `"text"!` is still seen as an unwrap.
        self._keep(opening.end() - self.at)
        text = self._string_body(quote + pounds, "\\" + pounds, multiline=quote == '"""')
        self.literals.append(Literal(line, text))
        return True

    def _string_body(self, closing: str, escape: str, *, multiline: bool) -> str:
        text: list[str] = []
        while self.at < len(self.source):
            if self.source.startswith(closing, self.at):
                self._keep(len(closing))
                break
            if self.source[self.at] == "\n" and not multiline:
                break
            if self.source.startswith(escape + "(", self.at):
                self._blank(self.at + len(escape) + 1)
                self.code_until(")")
                continue
            step = len(escape) + 1 if self.source.startswith(escape, self.at) else 1
            piece = self.source[self.at : self.at + step]
            text.append("\n" if piece == escape + "n" else piece)
            self._blank(self.at + step)
        return "".join(text)
