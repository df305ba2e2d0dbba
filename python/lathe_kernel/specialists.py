"""Asking for a specialist: lathe decides, and what it grants runs as a subtask for the asker."""

import json
from dataclasses import dataclass, replace
from typing import Any

from lathe_kernel import delegation
from lathe_kernel.background import Background
from lathe_kernel.channel import close
from lathe_kernel.errors import SpecialistDeclined, SubtaskFailed, invalid
from lathe_kernel.kept import KeptFiles
from lathe_kernel.outcomes import Outcome

_TOLD = 3_500


@dataclass(frozen=True)
class Wish:
    """What is asked for, and the data that goes along."""

    need: str
    why: str
    data: object


def wished(need: str, why: str, data: object) -> Wish:
    """Return a checked wish.

    Raises:
        LatheError: it says nothing.
    """
    if not need.strip() or not why.strip():
        raise invalid("say what you need, and why you cannot do it yourself.")
    return Wish(need.strip(), why.strip(), data)


def run(background: Background, store: KeptFiles, what: Wish, shared: delegation.Request) -> Any:
    """Ask, have what is granted done, and return its result.

    Raises:
        SpecialistDeclined: none is granted; the reason says how to go on.
        SubtaskFailed: the specialist ended without a result.
    """
    reply = background.channel.call("specialist", {"need": what.need, "why": what.why})
    close(reply.descriptors)
    decided = reply.value
    number, steps = int(decided["specialist"]), list(decided["steps"])
    if decided["decision"] == "decline":
        raise SpecialistDeclined(str(decided["reason"]))
    print(f"[specialist {number} granted: {decided['reason']}]")
    so_far: list[str] = []
    value: Any = None
    for index in range(1, len(steps) + 1):
        is_last = index == len(steps)
        request = replace(
            shared,
            specialist=number,
            step=index,
            so_far=_told(so_far) or None,
            returns=shared.returns if is_last else None,
        )
        outcome = _outcome(background, store, request, number, what.data)
        if outcome.status != "complete":
            raise SubtaskFailed(outcome.label, outcome.status, outcome.reason or "")
        value = outcome.value
        if not is_last:
            so_far.append(f"step {index}: {_text(value)}")
            print(f"[specialist {number}, step {index} of {len(steps)}: {_text(value)[:300]}]")
    return value


def _outcome(
    background: Background, store: KeptFiles, task: delegation.Request, number: int, data: object
) -> Outcome:
    subtask = delegation.started(background, store, task, [(f"specialist {number}", data)])[0]
    try:
        return subtask.outcome()
    except KeyboardInterrupt:
        subtask.cancel()
        raise


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=repr)


def _told(so_far: list[str]) -> str:
    """Return what earlier steps found, the newest whole before the older ones are cut."""
    each = _TOLD // max(len(so_far), 1)
    cut = [one if len(one) <= each else one[: each - 40] + " … (cut)" for one in so_far]
    return "\n".join(cut)
