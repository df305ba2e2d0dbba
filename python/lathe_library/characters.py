"""Characters that make a source read unlike what runs, and words that speak to a model."""

import ast
import io
import re
import tokenize
import unicodedata
from typing import Final

from lathe_library.facts import FunctionNode, Kind
from lathe_library.findings import Finding, finding

_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_HIDDEN_CATEGORIES: Final = frozenset({"Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp"})
_WORD = re.compile(r"[^\W\d_]+")
# What orders a model about, or poses as one of the parties of a conversation.
_STRONG: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"\b(ignore|disregard|forget|override)\b.{0,40}\b(previous|prior|earlier|above|all|other|"
        r"your|system)\b.{0,40}\b(instruction|prompt|rule|guideline|message|context|order)s?",
        r"\b(system|developer) (prompt|message|instruction)s?\b",
        r"<\s*/?\s*(system|assistant|user|instructions?|tool_call)\s*>",
        r"^\s*(system|assistant|human)\s*:",
        r"\byou are (now|no longer)\b",
        r"\b(do not|don't|never)\b.{0,30}\b(tell|inform|mention|reveal|report|show)\b.{0,40}"
        r"\b(user|human|reviewer|person|anyone)\b",
        r"\b(exfiltrate|leak)\b|\b(send|post|upload)\b.{0,40}\bhttps?://",
        r"\b(approve|admit) this (capability|function|agent)\b",
    )
)
_WEAK: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(you (must|should|shall|have to)|always (call|use|run)|called (first|before))\b",
        r"\b(as an? (ai|llm|assistant|language model))\b",
        r"\b(call|use|run|import) this (function|agent)? ?(first|before (any|all|every))",
        r"\b(important|attention|warning)\s*[:!]",
        r"\binstead of (any )?other\b",
    )
)


def character_findings(source: str) -> list[Finding]:
    """Return what cannot be seen in a source, or looks like something else."""
    found: list[Finding] = []
    for number, line in enumerate(source.split("\n"), 1):
        hidden = sorted({one for one in line if _is_hidden(one)})
        if hidden:
            named = ", ".join(f"U+{ord(one):04X}" for one in hidden[:5])
            found.append(
                finding(
                    "hidden-characters",
                    number,
                    f"it holds characters that cannot be seen or that turn the text around "
                    f"({named}): delete them, or write them as escapes in a string.",
                )
            )
        for word in _WORD.findall(line):
            if _is_mixed(word):
                found.append(
                    finding(
                        "mixed-script",
                        number,
                        f"{word!a} mixes letters of several alphabets that look alike.",
                    )
                )
    return found + _identifiers(source)


def speech_findings(module: ast.Module, source: str, kind: Kind) -> list[Finding]:
    """Return where texts of a source speak to a model. A heuristic: docs/admission.md lists it."""
    found: list[Finding] = []
    for line, text, is_description in _texts(module, source, kind):
        strong = next((one for pattern in _STRONG if (one := pattern.search(text))), None)
        weak = next((one for pattern in _WEAK if (one := pattern.search(text))), None)
        if strong is not None:
            found.append(
                finding(
                    "instructs-model",
                    line,
                    f"it reads as an instruction to a model ({_quoted(strong[0])}): say what the "
                    "code does, and nothing else.",
                )
            )
        elif weak is not None and is_description:
            found.append(
                finding(
                    "addresses-a-model",
                    line,
                    f"it may be meant for a model rather than for a reader: {_quoted(weak[0])}",
                )
            )
    return found


def _is_hidden(one: str) -> bool:
    return one not in "\n\t" and (
        one in _BLANK
        or unicodedata.category(one) in _HIDDEN_CATEGORIES
        or 0xFE00 <= ord(one) <= 0xFE0F
        or 0xE0100 <= ord(one) <= 0xE01EF
    )


def _is_mixed(word: str) -> bool:
    if word.isascii():
        return False
    scripts = {unicodedata.name(one, "?").partition(" ")[0] for one in word}
    return "CYRILLIC" in scripts and bool(scripts & {"LATIN", "GREEK"})


def _identifiers(source: str) -> list[Finding]:
    found: list[Finding] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME and not token.string.isascii():
                found.append(
                    finding(
                        "look-alike",
                        token.start[0],
                        f"the name {token.string!a} is not of plain letters a-z: letters of other "
                        "alphabets look alike.",
                    )
                )
    except (tokenize.TokenError, SyntaxError):
        pass  # The parser says what is wrong with it.
    return found


def _texts(module: ast.Module, source: str, kind: Kind) -> list[tuple[int, str, bool]]:
    """Return lines and texts: docstrings, comments and strings; true for what describes."""
    found: list[tuple[int, str, bool]] = []
    described: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | FunctionNode) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                described.add(id(first.value))
    own = _instructions(module) if kind == "agent" else None
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node is not own:
            found.append((node.lineno, node.value, id(node) in described))
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                found.append((token.start[0], token.string, True))
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _instructions(module: ast.Module) -> ast.expr | None:
    """Return the text of an agent that is meant for a model."""
    for node in module.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "INSTRUCTIONS" for one in node.targets
        ):
            return node.value
    return None


def _quoted(text: str) -> str:
    short = " ".join(text.split())
    return ascii(short if len(short) <= 80 else short[:79] + "~")
