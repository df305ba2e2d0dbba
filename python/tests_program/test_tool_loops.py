"""Calls of tools from a loop say nothing to a model."""

import json
from pathlib import Path
from typing import Any

import pytest

from lathe_bench import tokens
from tests_program.endpoint import MODEL, Code, ModelServer
from tests_program.program import Lathe

pytestmark = pytest.mark.slow

_SHOP = '''"""What the shop knows."""


def get_price(item: str) -> float:
    """Look a price up."""
    return float(len(item))
'''
_LOOP = """
from lathe.tools.shop import get_price

paid = sum(get_price(item) for item in ["tea", "salt"] * {half})
"""


def _asked(lathe: Lathe, session: str, half: int) -> list[dict[str, Any]]:
    script = (Code(_LOOP.format(half=half)), Code('lathe.answer(f"{paid:.0f}")'))
    with ModelServer(*script) as model:
        words = (
            "ask",
            "What is it in all?",
            f"--session={session}",
            "--model",
            MODEL,
            "--no-memory",
        )
        done = lathe.having(**model.variables).run(*words)
    assert done.code == 0, done
    assert f"{half * 7}" in done.out
    return model.requests


def test_a_thousand_calls_cost_no_tokens_beyond_the_cell(lathe: Lathe) -> None:
    tools: Path = lathe.project / "tools"
    tools.mkdir()
    (tools / "shop.py").write_text(_SHOP)
    settings = lathe.home / "config" / "lathe"
    settings.mkdir(parents=True)
    (settings / "lathe.json").write_text(json.dumps({"tools": {"allow": ["shop/*"]}}))
    assert lathe.run("tools", "allow", "shop", "--yes").code == 0
    few, many = (_asked(lathe, f"s{half}", half) for half in (1, 500))
    used = [event for event in lathe.events("s500") if event.kind == "tool_used"]
    assert (len(used), len(few), len(many)) == (1_000, 2, 2)
    # The number in the cell and in the state may have a few digits more.
    assert tokens.of_requests(many) - tokens.of_requests(few) <= 4
