"""What an agent's file says of its model, its budget, and what it may use."""

import ast
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from lathe_library.refusals import Refusal

_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,63}")
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)([a-z]*)")
_PATTERN = re.compile(r"[^\s/\x00-\x1f\x7f-\x9f]+/[^\s\x00-\x1f\x7f-\x9f]+")
_MOST_NAMES = 50
_LONGEST_PATTERN = 300
_LIBRARY = "lathe.capabilities"

_COUNT: Final = {"": 1.0, "k": 1e3, "m": 1e6}
# The units of each item, the least and the most of it, and how it is written.
_BUDGET: Final[dict[str, tuple[dict[str, float], float, float, str]]] = {
    "tokens": (_COUNT, 1, 1e15, "200000, '20k' or '2M'"),
    "usd": ({"": 1.0}, 0.0001, 1e9, "0.50 or 20"),
    "calls": (_COUNT, 1, 1e15, "40"),
    "subtasks": (_COUNT, 1, 1e15, "20"),
    "time": ({"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}, 1, 31_536_000, "90, '10min' or '2h'"),
}


@dataclass(frozen=True)
class Rights:
    """MODEL, BUDGET, CAPABILITIES and TOOLS of an agent's file; None for what it does not say."""

    model: str | None = None
    budget: dict[str, Any] | None = None
    capabilities: list[str] | None = None
    tools: list[str] | None = None


def read(module: ast.Module, constants: Mapping[str, object]) -> Rights:
    """Return what an agent's file says of its rights.

    Raises:
        Refusal: one of them has another form, or the file itself imports what it does not allow;
            the reason says how it is to be.
    """
    names = _names(constants.get("CAPABILITIES"))
    if names is not None:
        _require_listed(module, names)
    return Rights(
        _model(constants.get("MODEL")),
        _budget(constants.get("BUDGET")),
        names,
        tool_patterns(constants.get("TOOLS")),
    )


def _model(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _ROLE.fullmatch(value):
        raise Refusal(
            f"MODEL is the name of a role, such as 'small', not {_shown(value)}: lathe.json says "
            "which model plays it."
        )
    return value


def _budget(value: object) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refusal('BUDGET is a dict such as {"tokens": "20k", "time": "2min"}.')
    items = cast("dict[object, object]", value)
    for name, given in items.items():
        if name not in _BUDGET:
            raise Refusal(f"BUDGET has no item {name!r:.40}; there are {', '.join(_BUDGET)}.")
        _require_amount(cast("str", name), given)
    return cast("dict[str, Any]", dict(items)) or None


def _require_amount(name: str, given: object) -> None:
    units, least, most, example = _BUDGET[name]
    amount: float | None = None
    if isinstance(given, int | float) and not isinstance(given, bool):
        amount = given
    elif isinstance(given, str) and len(given) <= 40:
        match = _AMOUNT.fullmatch(given.replace(" ", "").replace("_", "").lower())
        unit = units.get(match[2]) if match else None
        amount = float(match[1]) * unit if match and unit else None
    if amount is None or not least <= amount <= most:
        raise Refusal(f"BUDGET {name!r} is written {example}, not {_shown(given)}.")


def _shown(given: object) -> str:
    try:
        return f"{given!r:.60}"
    except ValueError:  # Python does not write out an integer of thousands of digits.
        return "so large a number"


def _names(value: object) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise Refusal(
            f'CAPABILITIES is a list of names such as ["count_rows"], not {_shown(value)}.'
        )
    names = list(cast("list[object]", value))
    if len(names) > _MOST_NAMES:
        raise Refusal(f"CAPABILITIES has {len(names)} names, more than {_MOST_NAMES}.")
    for one in names:
        if not isinstance(one, str) or not _NAME.fullmatch(one) or keyword.iskeyword(one):
            raise Refusal(f"CAPABILITIES: {_shown(one)} is no name of a function or an agent.")
    return cast("list[str]", list(dict.fromkeys(names)))


def tool_patterns(value: object) -> list[str] | None:
    """Return patterns of SERVER/TOOL, each once; None for what says nothing.

    Raises:
        Refusal: they have another form; the reason says how they are written.
    """
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise Refusal(
            'TOOLS is a list of patterns of SERVER/TOOL such as ["crm/get-*", "git/*"], not '
            f"{_shown(value)}."
        )
    patterns = list(cast("list[object]", value))
    if len(patterns) > _MOST_NAMES:
        raise Refusal(f"TOOLS has {len(patterns)} patterns, more than {_MOST_NAMES}.")
    for one in patterns:
        fits = isinstance(one, str) and len(one) <= _LONGEST_PATTERN and _PATTERN.fullmatch(one)
        if not fits:
            raise Refusal(
                f"TOOLS: {_shown(one)} is no pattern of SERVER/TOOL, such as 'git/*': write the "
                "names of the server and of its tool as they are, and * for any characters."
            )
    return cast("list[str]", list(dict.fromkeys(patterns)))


def _require_listed(module: ast.Module, names: list[str]) -> None:
    missing = sorted({one for one in _imported(module) if one not in names})
    if missing:
        raise Refusal(
            f"it imports {', '.join(missing)} of the library, which CAPABILITIES does not name: "
            "add what it may use."
        )


def _imported(module: ast.Module) -> Iterator[str]:
    """Yield the capabilities that a module imports, anywhere in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module == _LIBRARY:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{_LIBRARY}."):
            yield (node.module or "").split(".")[2]
        elif isinstance(node, ast.Import):
            found = (alias.name.split(".") for alias in node.names)
            yield from (one[2] for one in found if len(one) > 2 and ".".join(one[:2]) == _LIBRARY)
        elif isinstance(node, ast.Attribute) and _is_library(node.value):
            yield node.attr


def _is_library(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "capabilities"
        and isinstance(node.value, ast.Name)
        and node.value.id == "lathe"
    )
