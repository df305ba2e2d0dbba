"""Foreign text made safe for Markdown and for whoever prints it on a terminal."""

import re
from collections.abc import Iterable, Sequence

# Controls but tab and line feed, direction marks and overrides, and what nobody can see.
_TREACHEROUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_FENCE = re.compile(r"(`{3,}|~{3,})([^`]*)\Z")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_SCHEME = re.compile(r"\]\(\s*(?!https?:|mailto:|[#./\w-]+\.\w+[\s)]|#)")
_DEFINITION = re.compile(r"\A( {0,3})\[")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~<>&$-])")


def visible(text: str) -> str:
    """Return `text` with every character that could act on a terminal shown instead."""
    return _TREACHEROUS.sub(_shown, text.replace("\r\n", "\n"))


def plain(text: str) -> str:
    """Return one line of foreign text in which Markdown sees nothing but words."""
    return _SPECIAL.sub(r"\\\1", visible(" ".join(text.split())))


def code(text: str) -> str:
    """Return one line of foreign text as inline code."""
    words = visible(" ".join(text.split())) or " "
    ticks = "`" * (_longest(words) + 1)
    gap = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{ticks}{gap}{words}{gap}{ticks}"


def fenced(text: str, language: str = "") -> str:
    """Return foreign text as a block of code that nothing in it can end."""
    body = visible(text).rstrip("\n")
    ticks = "`" * max(3, _longest(body) + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def quoted(text: str) -> str:
    """Return foreign text of several lines as a quotation of plain words."""
    return "\n".join(f"> {plain(line)}".rstrip() for line in text.strip().splitlines()) or "> "


def markdown(text: str) -> str:
    """Return a model's Markdown without what could act: raw HTML, images, active links, formulas.

    An image would be fetched from wherever it points when the file is opened, and tell its owner
    what stands in the address; it becomes a link.
    """
    done: list[str] = []
    block: list[str] = []
    fence = ""
    for line in visible(text).split("\n"):
        opening = _FENCE.match(line) if not fence else None
        if fence:
            done.append(line)
            if _closes(line, fence):
                fence = ""
        elif opening is not None:
            done += _inert(block)
            block, fence = [], opening[1]
            done.append(line)
        elif line.strip():
            block.append(line)
        else:
            done += [*_inert(block), ""]
            block = []
    done += _inert(block)
    if fence:
        done.append(fence)
    return "\n".join(done).strip("\n")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return foreign cells as a table; the head is our own."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(plain(cell) or ' ' for cell in row)} |" for row in rows]
    return "\n".join(lines)


def short(text: str, limit: int = 200) -> str:
    """Return the beginning of a text on one line, saying how much there is."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit]}… ({len(text):,} characters)"


def _closes(line: str, fence: str) -> bool:
    words = line.strip(" \t")
    indent = len(line) - len(line.lstrip(" "))
    return indent <= 3 and len(words) >= len(fence) and set(words) == {fence[0]}


def _inert(block: list[str]) -> list[str]:
    # Inline code keeps its characters only where every reader of Markdown agrees that it is code.
    certain = all(_is_regular(line) for line in block)
    return [_inert_line(line, certain) for line in block]


def _is_regular(line: str) -> bool:
    if "`" not in line:
        return True
    return not ("|" in line or "\\`" in line or "`" in _SPAN.sub("", line))


def _inert_line(line: str, keeps_code: bool) -> str:
    pieces: list[str] = []
    place = 0
    for span in _SPAN.finditer(line) if keeps_code else ():
        pieces += [_inert_words(line[place : span.start()]), span[0]]
        place = span.end()
    pieces.append(_inert_words(line[place:]))
    return _DEFINITION.sub(r"\1\\[", "".join(pieces)) if "]:" in line else "".join(pieces)


def _inert_words(text: str) -> str:
    text = text.replace("<", "&lt;").replace("![", "!\\[")
    # A dollar that is escaped already must not come free again.
    text = re.sub(r"(\\*)\$", lambda found: found[1] + ("$" if len(found[1]) % 2 else "\\$"), text)
    return _SCHEME.sub("]\\\\(", text)


def _longest(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _shown(found: re.Match[str]) -> str:
    scalar = ord(found[0])
    if scalar < 0x20:
        return chr(0x2400 + scalar)
    return "␡" if scalar == 0x7F else f"\\u{{{scalar:x}}}"
