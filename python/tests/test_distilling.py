from pathlib import Path
from typing import Any

from lathe_library import block, distilling

_AGENT = '''"""Judges."""

INSTRUCTIONS = """Judge `data`
by its columns."""
RETURNS = None
'''
_STEP = """{0} = read_rows()
{0} = [one * 2 for one in {0} if one > 15]
print(len({0}), sum({0}), max({0}))"""


def _distilled(root: Path, **sessions: dict[str, Any]) -> dict[str, Any]:
    listed = [{"name": name, **one} for name, one in sessions.items()]
    return distilling.distilled(root, {"sessions": listed})


def _cells(*codes: str) -> list[dict[str, Any]]:
    return [{"number": number, "code": code} for number, code in enumerate(codes, 1)]


def test_agents_count_by_what_they_completed_and_are_known_by_their_instructions(
    tmp_path: Path,
) -> None:
    fields = {"kind": "agent", "name": "judge", "status": "approved", "session": "s", "model": "m"}
    text = block.composed(_AGENT, fields | {"created": "2026-01-01"}, ())
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "judge.py").write_text(text)
    known = {"name": "critic", "instructions": "Judge `data` by its  columns.", "completed": 4}
    other = {"name": "namer", "instructions": "Name what `data` is.", "completed": 1, "cells": [3]}
    never = {"name": "idler", "instructions": "Do nothing.", "completed": 0}
    told = _distilled(
        tmp_path, one={"agents": [known, other, never]}, two={"agents": [{**other, "cells": [5]}]}
    )
    (first, second) = told["candidates"]
    assert (first["name"], first["uses"], first["deserves"]) == ("namer", 2, True)
    assert first["reason"] == "completed 2 times in 2 sessions"
    assert first["sessions"] == [{"name": "one", "cells": [3]}, {"name": "two", "cells": [5]}]
    assert (second["name"], second["deserves"]) == ("critic", False)
    assert second["reason"] == "completed 4 times; is the same as agents/judge.py (approved)"


def test_code_counts_when_it_comes_again_and_nothing_is_run(tmp_path: Path) -> None:
    steps = [_STEP.format(name) for name in ("late", "early", "all_of_them")]
    uses = "def weigh(rows):\n    return sum(one * 2 for one in rows if one) / len(rows)\n"
    asks = "def ask(rows):\n    return lathe.ask_model(f'how many of {rows}, {len(rows)}?')\nask(1)"
    told = _distilled(
        tmp_path,
        one={"cells": _cells(*steps, uses, "list(map(weigh, [[1]]))", "await weigh([2])", asks)},
        two={"cells": _cells("%matplotlib inline", "raise SystemExit(open('/etc/passwd'))")},
    )
    (function, pattern) = told["candidates"]
    assert (function["name"], function["uses"]) == ("weigh", 2)
    assert function["sessions"] == [{"name": "one", "cells": [4, 5, 6]}]
    assert (pattern["what"], pattern["uses"], pattern["deserves"]) == ("pattern", 3, True)
    assert pattern["sessions"] == [{"name": "one", "cells": [1, 2, 3]}]
    assert (told["unread"], told["left_out"], told["more"]) == (1, 0, 0)


def test_what_there_is_no_room_for_is_counted(tmp_path: Path) -> None:
    many = [f"x{number} = {number}" for number in range(distilling.MAXIMUM_CELLS + 7)]
    assert _distilled(tmp_path, one={"cells": _cells(*many)})["left_out"] == 7
    body = "return [one + rows[0] for one in rows if one]"
    codes = [
        f"def f{n}(rows):\n    {body}{' + rows' * (3 * n)}\nf{n}([1])"
        for n in range(distilling.MAXIMUM_CANDIDATES)
    ]
    told = _distilled(tmp_path, one={"cells": _cells(*codes)})
    uses = sum(one["uses"] for one in told["candidates"])
    assert (uses, told["more"]) == (len(codes), 0)
