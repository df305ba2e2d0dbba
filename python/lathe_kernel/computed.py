"""Evidence: a figure that a cell computed, with the cell's number, so that a claim can name it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, cast

from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.plain import plain

if TYPE_CHECKING:
    from lathe_kernel.roundtable_record import Brief, Record

MAXIMUM_WHAT = 300
MAXIMUM_TEXT = 300
_MAXIMUM_KEPT = 2_000


class Evidence(TypedDict):
    """What was computed, its value, and the cell that did."""

    what: str
    value: float | int | str | bool
    cell: int


@dataclass
class Computed:
    """What this kernel made evidence of, so that nothing else passes for it.

    An expert's kernel also has the brief of its seat, and what the table said so far.
    """

    given: list[Evidence] = field(default_factory=list[Evidence])
    brief: "Brief | None" = None
    record: "Record | None" = None

    def sit(self, brief: "Brief | None", record: "Record") -> None:
        """Take part in a roundtable: with a brief as an expert, without one in its synthesis."""
        (self.brief, self.record) = (brief, record)

    def heard(self, name: str) -> dict[str, Any]:
        """Return the whole of a claim or a challenge.

        Raises:
            LatheError: this kernel takes part in no roundtable, or nothing there has this id.
        """
        if self.record is None:
            raise LatheError("not_allowed", "heard is for the experts of a roundtable.")
        said = [*self.record["claims"], *self.record["challenges"]]
        for one in said:
            if one["id"] == name:
                return cast("dict[str, Any]", dict(one))
        known = ", ".join(one["id"] for one in said) or "nothing yet"
        raise invalid(f"nobody said {name!r}; there are {known}.")

    def evidence(self, what: str, value: object, cell: int) -> Evidence:
        """Return a value as evidence of one cell.

        Raises:
            LatheError: no words say what it is, or it is no single figure or short text.
        """
        text = " ".join(str(what).split())
        if not text or len(text) > MAXIMUM_WHAT:
            raise invalid(
                f"`what` says in 1 to {MAXIMUM_WHAT} characters what was computed, with its unit."
            )
        made: Evidence = {"what": text, "value": _single(value), "cell": cell}
        if made not in self.given:
            if len(self.given) >= _MAXIMUM_KEPT:
                raise invalid(f"at most {_MAXIMUM_KEPT:,} pieces of evidence; keep what matters.")
            self.given.append(made)
        return cast("Evidence", dict(made))

    def has(self, evidence: object) -> bool:
        """Tell whether this kernel made just this evidence."""
        return evidence in self.given


# Of this kernel: a fork of the template begins with none.
HERE = Computed()


def _single(value: object) -> float | int | str | bool:
    seen: Any = plain(value)
    if isinstance(seen, bool | int | float):
        return seen
    if isinstance(seen, str) and 0 < len(seen) <= MAXIMUM_TEXT:
        return seen
    if seen is None:
        raise invalid("the value is missing (None or NaN): no evidence; count or drop what is NaN.")
    raise invalid(
        f"evidence is one number, True or False, or a text of at most {MAXIMUM_TEXT} characters, "
        f"not a {type(value).__name__}; make one piece for each figure."
    )
