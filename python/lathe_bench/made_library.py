"""A library of capabilities as sessions would have left it: those of a fixed set, and others."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lathe_library import block

_VERBS = [
    "add",
    "shift",
    "sort",
    "split",
    "trim",
    "align",
    "average",
    "bin",
    "check",
    "clean",
    "collect",
    "compare",
    "count",
    "draw",
    "encode",
    "estimate",
    "export",
    "fill",
    "filter",
    "find",
    "fit",
    "group",
    "join",
    "list",
    "mark",
    "measure",
    "merge",
    "move",
    "name",
    "order",
    "pick",
    "plot",
    "rank",
    "round",
]
_OBJECTS = [
    "accounts",
    "batches",
    "blocks",
    "cables",
    "claims",
    "crates",
    "devices",
    "dials",
    "engines",
    "fields",
    "grades",
    "hooks",
    "invoices",
    "journeys",
    "kettles",
    "lamps",
    "meters",
    "nodes",
    "offers",
    "parcels",
]
_MANNERS = [
    "by_age",
    "by_colour",
    "by_day",
    "by_depth",
    "by_hour",
    "by_owner",
    "by_price",
    "by_region",
    "by_size",
    "by_type",
    "by_value",
    "by_week",
    "by_weight",
    "by_width",
    "by_year",
    "by_zone",
]


@dataclass(frozen=True)
class Need:
    """What somebody looks for in words of their own, and what they mean."""

    words: str
    fits: str


@dataclass(frozen=True)
class Known:
    """The fixed set: capabilities, and needs that paraphrase some of them."""

    capabilities: list[dict[str, str]]
    needs: list[Need]


def known() -> Known:
    """Return the set of needs.json."""
    text = Path(__file__).with_name("needs.json").read_text(encoding="utf-8")
    loaded = cast("dict[str, Any]", json.loads(text))
    needs = [Need(one["need"], one["fits"]) for one in loaded["needs"]]
    return Known(loaded["capabilities"], needs)


def write(folder: Path, count: int) -> None:
    """Write `count` approved capabilities: the fixed set first, then made ones."""
    for kind in ("functions", "agents"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for one in itertools.islice(_all(), count):
        write_source(folder, one["kind"], one["name"], _source(one))


def write_source(folder: Path, kind: str, name: str, source: str) -> None:
    """Write one approved capability."""
    fields = {
        "kind": kind,
        "name": name,
        "status": "approved",
        "created": "2026-01-01",
        "session": "bench",
        "model": "bench",
    }
    path = folder / f"{kind}s" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.composed(block.normalised(source), fields, ()), encoding="utf-8")


def lines(count: int) -> Iterator[str]:
    """Yield what a prompt would say of each: its signature and its sentence."""
    for one in itertools.islice(_all(), count):
        parameters = f"({one['parameters']}) -> {one['returns']}" if "parameters" in one else ""
        yield f"{one['name']}{parameters}: {one['summary']}\n"


def _all() -> Iterator[dict[str, str]]:
    yield from known().capabilities
    for verb, manner, what in itertools.product(_VERBS, _MANNERS, _OBJECTS):
        sentence = f"{verb.capitalize()} {what} {manner.replace('_', ' ')} and return the result."
        yield {
            "kind": "function",
            "name": f"{verb}_{what}_{manner}",
            "parameters": "table: pd.DataFrame, column: str, least: float = 0.5",
            "returns": "pd.DataFrame",
            "summary": sentence,
            "example": f'{verb}_{what}_{manner}(table, "{what}")',
        }


def _source(one: dict[str, str]) -> str:
    if one["kind"] == "agent":
        return f'"""{one["summary"]}"""\n\nINSTRUCTIONS = "Look at `data`."\nRETURNS = None\n'
    return (
        f"import pandas as pd\n\n\ndef {one['name']}({one['parameters']}) -> {one['returns']}:\n"
        f'    """{one["summary"]}\n\n    Example: {one["example"]}\n    """\n'
        f"    raise NotImplementedError\n"
    )
