"""What a cell tells lathe of the calls that were recorded in it: short texts for the journal."""

import hashlib
from typing import Final

from lathe_kernel.protocol import ToldCall, ToldCalls
from lathe_kernel.samples import Sample

_MOST_IN_CELL: Final = 8
_MOST_EACH: Final = 5
_LONGEST_CALL: Final = 2_000
_LONGEST_RESULT: Final = 1_000
_LONGEST_TABLE: Final = 1_500
_MOST_REASONS: Final = 10


class Telling:
    """Collects the calls of a cell; of each function only the first few of a session are told."""

    def __init__(self) -> None:
        """Begin without any."""
        self._kept: list[ToldCall] = []
        self._left_out: dict[str, int] = {}
        self._known: dict[str, set[str]] = {}

    def add(
        self,
        function: str,
        arguments: tuple[Sample, ...],
        named: tuple[tuple[str, Sample], ...],
        result: Sample | None,
    ) -> None:
        """Take note of a call; `result` is None where its arguments are only a part."""
        known = self._known.setdefault(function, set())
        given = [_shown(one) for one in arguments]
        given += [f"{name}={_shown(one)}" for name, one in named]
        call = f"{function}({', '.join(given)})"
        shown = _shown(result) if result is not None else ""
        digest = hashlib.sha256(f"{call} {shown}".encode()).hexdigest()
        if digest in known:
            return
        known.add(digest)
        if len(known) > _MOST_EACH or len(self._kept) >= _MOST_IN_CELL:
            self.leave_out(function, f"after the first {_MOST_EACH}")
            return
        told: ToldCall = {"function": function, "call": _cut(call, _LONGEST_CALL)}
        if result is not None:
            told["result"] = _cut(shown, _LONGEST_RESULT)
        self._kept.append(told)

    def leave_out(self, function: str, reason: str) -> None:
        """Count a call that is not told, and why."""
        key = f"{function}: {reason}"
        if key in self._left_out or len(self._left_out) < _MOST_REASONS:
            self._left_out[key] = self._left_out.get(key, 0) + 1

    def told(self) -> ToldCalls | None:
        """Return what is to be told of this cell, once."""
        if not self._kept and not self._left_out:
            return None
        left_out = [
            f"{count} call{'s' if count > 1 else ''} of {key}"
            for key, count in self._left_out.items()
        ]
        made: ToldCalls = {"kept": self._kept, "left_out": left_out}
        self._kept, self._left_out = [], {}
        return made


def _shown(one: Sample) -> str:
    """Return the text of a value; of a table in a file that is not short, its size."""
    if not one.file:
        return one.text
    if one.suffix == ".csv" and len(one.file) <= _LONGEST_TABLE:
        return f"{one.text}(io.StringIO({one.file.decode('utf-8', 'replace')!r}))"
    digest = hashlib.sha256(one.file).hexdigest()[:12]
    return f"<a table of {len(one.file):,} bytes as {one.suffix[1:]}, sha256 {digest}…>"


def _cut(text: str, most: int) -> str:
    left = len(text) - most
    return text if left <= 0 else f"{text[:most]} [… {left:,} characters left out]"
