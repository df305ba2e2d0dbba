"""Limits of a kernel as code writes them: `{"memory": "2GB", "cell": 60}`."""

import re
from typing import Any, Literal, cast

from lathe_library.refusals import Refusal

Unit = Literal["bytes", "seconds", "count"]

# Those that an agent or a call may choose; the others are the session's.
NAMES: dict[str, tuple[Unit, int, int]] = {
    "memory": ("bytes", 32_000_000, 1 << 50),
    "cell": ("seconds", 1, 31_536_000),
    "cpu": ("seconds", 1, 31_536_000),
    "processes": ("count", 16, 1_000_000),
    "open_files": ("count", 32, 1_000_000),
    "file": ("bytes", 1_000_000, 1 << 50),
    "output": ("bytes", 64_000, 1 << 50),
}
_OF_SESSION = ("total", "disk", "tmp")
_UNITS: dict[Unit, dict[str, float]] = {
    "bytes": {
        "": 1,
        "b": 1,
        "kb": 1e3,
        "mb": 1e6,
        "gb": 1e9,
        "tb": 1e12,
        "kib": 1 << 10,
        "mib": 1 << 20,
        "gib": 1 << 30,
        "tib": 1 << 40,
    },
    "seconds": {"": 1, "s": 1, "min": 60, "h": 3600},
    "count": {"": 1},
}
_EXAMPLES: dict[Unit, str] = {"bytes": "'2GB'", "seconds": "60 or '10min'", "count": "128"}
_VALUE = re.compile(r"([0-9.]+)([a-z]*)\Z")


def checked(value: object) -> dict[str, int] | None:
    """Return limits as whole bytes, seconds and counts; None for None or none.

    Raises:
        Refusal: a name or a value that is no limit.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refusal('limits are a dict such as {"memory": "2GB", "cell": 60}.')
    found = {
        _name(name): _number(str(name), given)
        for name, given in cast("dict[object, object]", value).items()
    }
    return found or None


def _name(name: object) -> str:
    if name in _OF_SESSION:
        raise Refusal(f"limit `{name}` is the whole session's: the user sets it with --limit.")
    if name not in NAMES:
        raise Refusal(f"there is no limit {name!r:.40}; there are {', '.join(NAMES)}.")
    return cast("str", name)


def _number(name: str, given: Any) -> int:
    unit, least, most = NAMES[name]
    wrong = Refusal(f"limit `{name}` is written {_EXAMPLES[unit]}, not {given!r:.40}.")
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise wrong
    number: float = 0
    if isinstance(given, str):
        match = _VALUE.match(given.replace(" ", "").replace("_", "").lower())
        if match is None or match[1].count(".") > 1 or match[2] not in _UNITS[unit]:
            raise wrong
        digits = match[1]
        if digits == ".":
            raise wrong
        number = float(digits) * _UNITS[unit][match[2]]
    else:
        number = given
    if not least <= number <= most:
        raise Refusal(
            f"limit `{name}` is from {least:,} to {most:,} {unit}, not {given!r:.40}; "
            f"write for example {_EXAMPLES[unit]}."
        )
    return round(number)
