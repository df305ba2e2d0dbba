"""Alternatives that were run from the same state, compared, and one of them kept."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import invalid

Keep = str | Callable[["Branches"], object] | None


@dataclass(frozen=True)
class Branch:
    """How one alternative ended; its variables are in a kernel of its own until the cell ends.

    `number` is the value of its last expression where that is a number, `text` how it shows.
    """

    label: str
    code: str
    checkpoint: int
    status: str
    number: float | None
    text: str | None
    stdout: str
    error: str | None
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it ran to its end."""
        return self.status == "ok"

    def __repr__(self) -> str:
        """Show the label, the status and a bounded value or error."""
        shown = self.text if self.ok else self.error
        return f"Branch({self.label!r}, {self.status}, {_short(shown)}, {self.seconds:.2f} s)"


class Branches(list[Branch]):
    """The alternatives of one `lathe.branch`, in their order; `kept` is the one that stays."""

    kept: Branch | None = None

    def __repr__(self) -> str:
        """Show all, and which one is kept."""
        kept = "none is kept" if self.kept is None else f"{self.kept.label!r} is kept"
        return "\n".join([f"Branches: {kept}", *(repr(one) for one in self)])


def run(channel: Channel, codes: Sequence[str] | Mapping[str, str], keep: Keep) -> Branches:
    """Run the codes side by side in copies of this kernel and choose one.

    Raises:
        LatheError: this kernel cannot be copied, with what a copy could not keep.
    """
    labelled = _labelled(codes)
    if isinstance(keep, str) and keep not in ("lowest", "highest") and keep not in labelled:
        raise invalid(
            "keep is 'lowest', 'highest', a label, a function of the branches or None, not "
            f"{keep!r}."
        )
    reply = channel.call("branch", {"codes": list(labelled.values())})
    close(reply.descriptors)
    branches = Branches(
        Branch(
            label,
            code,
            int(one["checkpoint"]),
            str(one["status"]),
            one["number"],
            one["text"],
            str(one["stdout"]),
            one["error"],
            float(one["seconds"]),
        )
        for (label, code), one in zip(labelled.items(), reply.value["branches"], strict=True)
    )
    branches.kept = _chosen(branches, keep)
    if branches.kept is not None:
        close(channel.call("rollback", {"to": branches.kept.checkpoint}).descriptors)
        print(
            f"[branch {branches.kept.label} is kept: its variables are yours when this cell ends]"
        )
    elif keep is not None:
        print("[no branch is kept: none ended well with a value to compare]")
    return branches


def _labelled(codes: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    given = cast("Any", codes)
    if isinstance(codes, Mapping):
        labelled = {str(label): code for label, code in codes.items()}
    elif isinstance(given, str):
        raise invalid("branch takes a list of codes, or a dict of them by label.")
    else:
        labelled = {str(index): code for index, code in enumerate(codes)}
    if not labelled or not all(isinstance(code, str) for code in cast("Any", labelled).values()):
        raise invalid("branch takes at least one code, each a text of Python.")
    return labelled


def _chosen(branches: Branches, keep: Keep) -> Branch | None:
    if keep is None:
        return None
    if callable(keep):
        return _named(branches, keep(branches))
    if keep not in ("lowest", "highest"):
        return _named(branches, keep)
    compared = [(one.number, one) for one in branches if one.ok and one.number is not None]
    numbers = [(number, one) for number, one in compared if not math.isnan(number)]
    if not numbers:
        return None
    best = min if keep == "lowest" else max
    return best(numbers, key=lambda pair: pair[0])[1]


def _named(branches: Branches, choice: object) -> Branch | None:
    """Return the branch that a choice means: itself, its place or its label."""
    if choice is None or isinstance(choice, Branch):
        return choice
    if isinstance(choice, int) and 0 <= choice < len(branches):
        return branches[choice]
    for one in branches:
        if one.label == choice:
            return one
    raise invalid(f"keep chose {choice!r}, which is none of the branches.")


def _short(text: str | None, limit: int = 200) -> str:
    text = (text or "no value").strip().replace("\n", " ")
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
