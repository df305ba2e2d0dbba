"""What looks like a secret or like somebody's data, so that it is kept out of tests.

lathe itself has the same rule for what is remembered (`SensitiveText`); samples hold them together.
"""

import ast
import math
import re
from collections import Counter
from typing import Any, Final, cast

_NAMES: Final = re.compile(
    r"(^|_)(pass(word|wd|phrase)?|pwd|secrets?|tokens?|api_?key|credentials?|auth|cookie|ssn|iban|"
    r"e?mails?|phones?|mobile|telephone|fax|birth(day|date)?|dob|passport|salary|"
    r"(first|last|sur|full|given|family)_?names?|street|addresse?s?|card(_?number)?|cvv)($|_)",
    re.IGNORECASE,
)
_PATTERNS: Final = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")),
    (
        "a key or token",
        re.compile(
            r"\b(sk-[\w-]{12,}|(AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|"
            r"xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}|glpat-[\w-]{16,})"
        ),
    ),
    ("a key or token", re.compile(r"\b(bearer|basic)\s+[\w+/=.-]{12,}", re.IGNORECASE)),
    ("an address with a password", re.compile(r"\w+://[^\s/:@]+:[^\s/@]+@")),
    ("a phone number", re.compile(r"(?<![\w.])(\+|00)\d[\d ()/-]{7,17}\d(?![\w.])")),
    ("a phone number", re.compile(r"(?<![\w.])\(?\d{3}\)?[ -]\d{3}[ -]\d{4}(?![\w.])")),
    ("a social security number", re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")),
    (
        "a password",
        re.compile(
            r"\b(password|passwd|passphrase|pwd|secret|api[ _-]?key|token)"
            r"\s*(is\s*:?|[:=])\s*\S{4,}",
            re.IGNORECASE,
        ),
    ),
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_DIGITS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])")
_WORD = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_BITS: Final = 3.8


def reason(value: Any, name: str = "") -> str:
    """Return why a value is kept out of tests; empty where nothing speaks against it.

    `name` is what it is called: a parameter, a key or a column.
    """
    if name and _NAMES.search(name) and _has_text(value):
        return f"`{name[:60]}` sounds like personal data or a secret"
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, dict):
        for key, one in cast("dict[Any, Any]", value).items():
            if found := _of_text(str(key)) or reason(one, str(key)):
                return found
    elif isinstance(value, list | tuple | set):
        for one in cast("list[Any]", value):
            if found := reason(one):
                return found
    elif type(value) is int:
        return _of_number(str(value))
    return ""


def _has_text(value: Any) -> bool:
    if isinstance(value, dict | list | tuple | set):
        return bool(cast("list[Any]", value))
    return isinstance(value, str | bytes) and bool(value)


def _of_text(text: str) -> str:
    for what, pattern in _PATTERNS:
        if pattern.search(text):
            return f"it holds what looks like {what}"
    if found := _of_number(text):
        return found
    for one in _IBAN.finditer(text):
        if _is_iban(one[0].replace(" ", "")):
            return "it holds what looks like an IBAN"
    for one in _WORD.finditer(text):
        if _is_random(one[0]):
            return "it holds what looks like a key or token"
    return ""


def _of_number(text: str) -> str:
    for one in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", one[0])
        if 13 <= len(digits) <= 19 and digits[0] in "3456" and _fits_luhn(digits):
            return "it holds what looks like a card number"
    return ""


def _fits_luhn(digits: str) -> bool:
    doubled = [int(one) * (2 if place % 2 else 1) for place, one in enumerate(reversed(digits))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    moved = text[4:] + text[:4]
    return int("".join(str(int(one, 36)) for one in moved)) % 97 == 1


def _is_random(word: str) -> bool:
    """Tell whether a word's letters and digits are mixed as in a key, and none repeats much."""
    if not (re.search(r"\d", word) and re.search(r"[a-zA-Z]", word)):
        return False
    counts = Counter(word)
    bits = -sum(n / len(word) * math.log2(n / len(word)) for n in counts.values())
    return bits > _BITS or bool(re.fullmatch(r"[0-9a-f]{32,}", word))


def in_code(code: str) -> str:
    """Return why code is kept out; only its texts, numbers and comments can be secrets."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _of_text(code)
    texts = [
        node.value if isinstance(node.value, str) else str(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int)
    ]
    comments = [line.partition("#")[2] for line in code.splitlines() if "#" in line]
    return next((why for one in [*texts, *comments] if (why := _of_text(one))), "")
