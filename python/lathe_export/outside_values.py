"""What recorded calls gave, where a session runs as a notebook, outside of Lathe.

This text is a cell of the notebook; it imports nothing of Lathe.
"""

# pyright: basic

import types
from typing import Any


class LatheError(Exception):
    """What Lathe had refused, or what no recording holds."""

    def __init__(self, code: str, reason: str) -> None:
        """Say why."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


class SubtaskFailed(LatheError):
    """A subtask ended without a value."""


class LeftHere(Exception):
    """The session went back to this point: what follows in its cell did not count."""


class Recollections(list[Any]):
    """What a session had recalled of earlier ones."""

    text = ""

    def __repr__(self) -> str:
        """Show the lines that it was given."""
        return self.text

    __str__ = __repr__


class NotKept:
    """A table or an array that a subtask answered with, which no session keeps."""

    def __init__(self, record: dict[str, Any]) -> None:
        """Describe what was there."""
        self.record = record

    def __getattr__(self, name: str) -> Any:
        """Say that it is not here, whatever is wanted of it."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise LatheError(
            "gone", f"{self!r} was not kept: run the session again in Lathe to have it"
        )

    def __repr__(self) -> str:
        """Show what it was."""
        shape = self.record.get("shape") or f"{self.record.get('rows')} rows"
        return f"<recorded {self.record.get('kind')} {self.record.get('id')}: {shape}>"


class Outcome(types.SimpleNamespace):
    """How one subtask ended, as it was recorded."""

    label: str
    status: str
    value: Any
    reason: str

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return self.status == "complete"

    def __bool__(self) -> bool:
        """Be true when there is a value."""
        return self.ok


class Outcomes(list[Outcome]):
    """The outcomes of `delegate_each`, in the order of the slices."""

    def values(self) -> dict[str, Any]:
        """Return the values that there are, by label."""
        return {one.label: one.value for one in self if one.ok}

    def failed(self) -> "Outcomes":
        """Return the outcomes without a value."""
        return Outcomes(one for one in self if not one.ok)

    def to_frame(self) -> Any:
        """Return a DataFrame, a row for each outcome; an object's members are columns."""
        import pandas

        rows: list[dict[str, Any]] = []
        for one in self:
            row: dict[str, Any] = {"label": one.label, "status": one.status}
            value = one.value if isinstance(one.value, dict) else {"value": one.value}
            row |= {f"{name}_" if name in row else name: part for name, part in value.items()}
            rows.append(row if one.ok else row | {"reason": one.reason})
        return pandas.DataFrame(rows)


class Subtask:
    """A subtask that ran when the session did."""

    def __init__(self, recorded: dict[str, Any]) -> None:
        """Refer to its recorded outcome."""
        self.id = recorded["id"]
        self.label = recorded["label"]
        self.uri = f"subtask://{self.id}"
        self.notes: tuple[str, ...] = ()
        self._outcome = Outcome(**{**recorded, "value": restored(recorded.get("value"))})

    @property
    def status(self) -> str:
        """How it ended."""
        return self._outcome.status

    def outcome(self, timeout: float | None = None) -> Outcome:
        """Return how it ended."""
        return self._outcome

    def result(self, timeout: float | None = None) -> Any:
        """Return its value, or raise why there is none."""
        if not self._outcome.ok:
            reason = f"subtask {self.label} is {self.status}: {self._outcome.reason}"
            raise SubtaskFailed(self.status, reason)
        return self._outcome.value

    def cancel(self) -> None:
        """Do nothing: it has ended."""

    def __await__(self) -> Any:
        """Return its value at once."""
        yield from ()
        return self.result()


def restored(value: Any) -> Any:
    """Return a recorded value with a stand-in where it held data."""
    if isinstance(value, dict):
        if "$data" in value:
            return NotKept(value["$data"])
        return {name: restored(part) for name, part in value.items()}
    if isinstance(value, list):
        return [restored(part) for part in value]
    return value
