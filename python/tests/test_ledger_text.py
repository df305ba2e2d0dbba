"""What `lathe.ledger()` shows of what it has no room for."""

from typing import Any

from lathe_kernel import ledger
from lathe_kernel.channel import Reply


class _Channel:
    """Answers as lathe does where 231 agents and 40 entries had no room."""

    def call(self, name: str, _arguments: dict[str, Any]) -> Reply:
        kinds = ("given", "facts", "guesses", "questions")
        heads = ("done", "in_progress", "stalled", "failed", "next")
        told: dict[str, Any] = {kind: [] for kind in kinds}
        omitted = dict.fromkeys((*kinds, *heads, "plans", "task"), 0)
        told |= {"place": "coordinator", "task": "go", "plans": [], "agents": []}
        told["progress"] = {head: [] for head in heads} | {"done": ["s1"]}
        told["omitted"] = omitted | {"agents": 31, "earlier": 40, "facts": 3, "done": 1_030}
        assert name == "ledger"
        return Reply(told, ())


def test_what_a_ledger_has_no_room_for_is_counted_and_shown() -> None:
    noting: Any = ledger.Noting()
    noting._channel = _Channel()
    got = noting.ledger()
    assert (got.omitted["agents"], got.omitted["earlier"], got.facts.omitted) == (31, 40, 3)
    assert "not in here, the earlier ones: done 1,030, agents 31, earlier 40" in repr(got)
