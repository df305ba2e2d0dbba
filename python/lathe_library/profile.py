"""What an agent's file says of its place among agents: what it is good at, who delegates to it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypedDict, cast

from lathe_library.refusals import Refusal

Role = Literal["worker", "orchestrator", "both"]

_ROLES: Final = ("worker", "orchestrator", "both")
_WORDS = re.compile(r"[^\W_][\w +#./&-]{0,39}")
_MOST = 20
_MOST_WORDS = 5
_MOST_PARALLEL = 1_000


class Given(TypedDict, total=False):
    """What a file can say, by the names of arguments."""

    skills: Sequence[str]
    specialises_in: Sequence[str]
    max_parallel: int | None
    role: Role
    may_delegate: bool | None
    may_be_delegated_to: bool


@dataclass(frozen=True)
class Profile:
    """What is known of an agent that others choose by; the defaults hold where a file is silent."""

    skills: list[str] = field(default_factory=list[str])
    specialises_in: list[str] = field(default_factory=list[str])
    # None: as many as the session allows.
    max_parallel: int | None = None
    role: Role = "both"
    may_delegate: bool = True
    may_be_delegated_to: bool = True

    @property
    def is_default(self) -> bool:
        """Whether a file says nothing of it."""
        return self == Profile()

    def as_json(self) -> dict[str, Any]:
        """Return it as lathe reads it."""
        return asdict(self)


def read(constants: Mapping[str, object]) -> Profile:
    """Return what an agent's constants say of its place among agents.

    Raises:
        Refusal: one of them has another form, or two contradict each other; the reason says how
            they are written.
    """
    role = _role(constants.get("ROLE"))
    delegates = _flag("MAY_DELEGATE", constants.get("MAY_DELEGATE"))
    if role == "worker" and delegates:
        raise Refusal(
            "ROLE = 'worker' works itself, and MAY_DELEGATE = True lets it delegate: write "
            "ROLE = 'both', or leave MAY_DELEGATE out."
        )
    if role == "orchestrator" and delegates is False:
        raise Refusal(
            "ROLE = 'orchestrator' only delegates, and MAY_DELEGATE = False keeps it from that: "
            "write ROLE = 'worker', or leave MAY_DELEGATE out."
        )
    taken = _flag("MAY_BE_DELEGATED_TO", constants.get("MAY_BE_DELEGATED_TO"))
    return Profile(
        phrases("SKILLS", constants.get("SKILLS")),
        phrases("SPECIALISES_IN", constants.get("SPECIALISES_IN")),
        _parallel(constants.get("MAX_PARALLEL")),
        role,
        role != "worker" if delegates is None else delegates,
        True if taken is None else taken,
    )


def phrases(name: str, value: object) -> list[str]:
    """Return a list of short phrases, each once; empty for what says nothing.

    Raises:
        Refusal: they have another form.
    """
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise Refusal(f'{name} is a list such as ["time series", "SQL"], not {_shown(value)}.')
    given = list(cast("list[object]", value))
    if len(given) > _MOST:
        raise Refusal(f"{name} has {len(given)} phrases, more than {_MOST}: name what matters.")
    for one in given:
        fits = isinstance(one, str) and _WORDS.fullmatch(one) and len(one.split()) <= _MOST_WORDS
        if not fits:
            raise Refusal(
                f"{name}: {_shown(one)} is no phrase of 1 to {_MOST_WORDS} words and at most 40 "
                "characters (letters, digits, spaces and + # . / & - _), such as 'time series'."
            )
    return list(dict.fromkeys(" ".join(one.split()) for one in cast("list[str]", given)))


def _role(value: object) -> Role:
    if value is None:
        return "both"
    if value not in _ROLES:
        raise Refusal(f"ROLE is 'worker', 'orchestrator' or 'both', not {_shown(value)}.")
    return value


def _flag(name: str, value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise Refusal(f"{name} is True or False, not {_shown(value)}.")
    return value


def _parallel(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_PARALLEL:
        raise Refusal(
            f"MAX_PARALLEL says how many subtasks of it may run at once, 1 to {_MOST_PARALLEL:,}, "
            f"not {_shown(value)}."
        )
    return value


def _shown(given: object) -> str:
    try:
        return f"{given!r:.60}"
    except ValueError:  # Python does not write out an integer of thousands of digits.
        return "so large a number"
