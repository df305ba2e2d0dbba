"""How subtasks ended, as typed values."""

from dataclasses import dataclass
from typing import Any, cast

from lathe_kernel.packages import pandas


@dataclass(frozen=True)
class Outcome:
    """How one subtask ended.

    `status` is complete, incomplete, failed, cancelled, not_run, out_of_budget, refused or running.
    `partial` is what there is in place of a value: one that did not fit, or its last words; nobody
    checked it. `notes` say what of its slice was copied rather than shared.
    """

    id: int
    label: str
    status: str
    value: Any
    reason: str | None
    tokens: int | None
    seconds: float | None
    notes: tuple[str, ...] = ()
    partial: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return self.status == "complete"

    def __bool__(self) -> bool:
        """Be true when there is a value: `[o.value for o in outcomes if o]`."""
        return self.ok

    def __repr__(self) -> str:
        """Show the label, the status and a bounded value or reason."""
        shown = f"value={_short(self.value)}" if self.ok else f"reason={_short(self.reason)}"
        return f"Outcome({self.label!r}, {self.status}, {shown})"


class Outcomes(list[Outcome]):
    """The outcomes of `delegate_each`, in the order of the slices."""

    def values(self) -> dict[str, Any]:
        """Return the values that there are, by label. Example: `outcomes.values()["UA"]`."""
        return {one.label: one.value for one in self if one.ok}

    def failed(self) -> "Outcomes":
        """Return the outcomes without a value.

        Example: `[(one.label, one.reason) for one in outcomes.failed()]`
        """
        return Outcomes(one for one in self if not one.ok)

    def to_frame(self) -> Any:
        """Return a DataFrame, a row for each outcome; an object's members are columns.

        Example: `outcomes.to_frame().sort_values("delay")`
        """
        return pandas().DataFrame([_row(one) for one in self])

    def __repr__(self) -> str:
        """Show how many there are and the first ones."""
        lines = [repr(one) for one in self[:20]]
        if len(self) > 20:
            lines.append(f"… {len(self) - 20} more")
        done = sum(one.ok for one in self)
        return "\n".join([f"Outcomes: {done} of {len(self)} complete", *lines])


def _row(outcome: Outcome) -> dict[str, Any]:
    value = outcome.value
    row: dict[str, Any] = {"label": outcome.label, "status": outcome.status}
    if isinstance(value, dict):
        row |= {f"{k}_" if k in row else k: v for k, v in cast("dict[str, Any]", value).items()}
    else:
        row["value"] = value
    if not outcome.ok:
        row["reason"] = outcome.reason
    return row


def _short(value: object, limit: int = 200) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
