"""The parts of a saved memory on their way to lathe, which makes files of them.

A part goes through a pipe: the number of its format, then pieces with their lengths before them,
then a length of 0. In place of a next part all bits set say that no more come. What lathe already
has, byte for byte, is named and not sent.
"""

import contextlib
import hashlib
import os
import struct
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypedDict

_LENGTH = struct.Struct("<Q")
_END_OF_ALL = (1 << 64) - 1
_FORMATS = ("npy", "arrows", "json", "pickle", "pack", "index")
_STEP = 8 << 20
# As lathe cuts a part for its name.
_PIECE = 8 << 20
_LANES = min(len(os.sched_getaffinity(0)), 4)


class KnownPart(TypedDict):
    """A part of the save before this one, as lathe knows it."""

    sha256: str
    bytes: int


class PartReference(TypedDict, total=False):
    """A part of this save: one of the save before, or the next of those that were sent."""

    kept: int
    format: str


class PartWriter:
    """Sends parts, and knows those of the save before this one."""

    def __init__(self, pipe: int, known: list[KnownPart]) -> None:
        """Write to `pipe`, which stays the caller's."""
        self._pipe = pipe
        self._known = {one["sha256"]: number for number, one in enumerate(known)}
        self._lengths = {one["bytes"] for one in known}
        self.parts: list[PartReference] = []
        self.sent = 0

    def put(self, content: bytes, form: str) -> int:
        """Add a small part; return its number."""
        return self.put_views([memoryview(content)], form)

    def put_views(self, views: list[memoryview], form: str) -> int:
        """Add a part made of these bytes; return its number."""
        length = sum(view.nbytes for view in views)
        # Only what is as long as something that was saved can be the same.
        kept = self._known.get(_hash(views)) if length in self._lengths else None
        if kept is not None:
            return self._add({"kept": kept})
        with self.sending(form) as send:
            for view in views:
                send(view)
        return len(self.parts) - 1

    def put_written(self, write: Callable[[Any], None], length: int, form: str) -> int:
        """Add a part that `write` writes to a file it is given, always the same; return its number.

        It is written twice where a part of about this length was saved before.
        """
        if any(abs(one - length) <= length // 16 + 65_536 for one in self._lengths):
            digest = _Digest()
            write(digest)
            kept = self._known.get(digest.hexdigest())
            if kept is not None:
                return self._add({"kept": kept})
        with self.sending(form) as send:
            write(Sink(send))
        return len(self.parts) - 1

    @contextlib.contextmanager
    def sending(self, form: str) -> Generator[Callable[[Any], None]]:
        """Give the body a function that sends the next piece of a new part."""
        self._write(memoryview(_LENGTH.pack(_FORMATS.index(form))))
        yield self._send
        self._write(memoryview(_LENGTH.pack(0)))
        self._add({"format": form})

    def end(self) -> None:
        """Say that nothing more comes."""
        self._write(memoryview(_LENGTH.pack(_END_OF_ALL)))

    def _add(self, reference: PartReference) -> int:
        self.parts.append(reference)
        return len(self.parts) - 1

    def _send(self, piece: Any) -> None:
        view = memoryview(piece).cast("B")
        if view.nbytes:
            self._write(memoryview(_LENGTH.pack(view.nbytes)))
            self._write(view)
            self.sent += view.nbytes

    def _write(self, view: memoryview) -> None:
        while view.nbytes:
            view = view[os.write(self._pipe, view[:_STEP]) :]


class Sink:
    """A file to write to that hands on what is written."""

    closed = False

    def __init__(self, take: Callable[[Any], None]) -> None:
        """Hand each piece to `take`."""
        self._take = take
        self._position = 0

    def write(self, data: Any) -> int:
        """Hand one piece on."""
        view = memoryview(data).cast("B")
        self._take(view)
        self._position += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        """Return how much was written."""
        return self._position

    def writable(self) -> bool:
        """Tell that this can be written to."""
        return True

    def readable(self) -> bool:
        """Tell that this cannot be read."""
        return False

    def seekable(self) -> bool:
        """Tell that this has no other places."""
        return False

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""

    def close(self) -> None:
        """Do nothing: the pipe stays open."""


class _Digest(Sink):
    """The name that lathe gives a part: of one piece its SHA-256, else that of its pieces' ones."""

    def __init__(self) -> None:
        super().__init__(self._update)
        self._piece = hashlib.sha256()
        self._filled = 0
        self._digests: list[bytes] = []

    def _update(self, view: memoryview) -> None:
        while view.nbytes:
            if self._filled == _PIECE:
                self._digests.append(self._piece.digest())
                self._piece, self._filled = hashlib.sha256(), 0
            part = view[: _PIECE - self._filled]
            self._piece.update(part)
            self._filled += part.nbytes
            view = view[part.nbytes :]

    def hexdigest(self) -> str:
        if not self._digests:
            return self._piece.hexdigest()
        return hashlib.sha256(b"".join([*self._digests, self._piece.digest()])).hexdigest()


class Spool:
    """What is written, kept as long as it is small; handed on as it comes once it is not."""

    _BOUND = 64 << 20

    def __init__(self, writer: PartWriter, form: str) -> None:
        """Write one part to `writer`, once there is much."""
        self._writer = writer
        self._form = form
        self._pieces: list[bytes] = []
        self._stack = contextlib.ExitStack()
        self._send: Callable[[Any], None] | None = None
        self.bytes = 0

    def write(self, data: Any) -> int:
        """Take one piece."""
        size = len(data)
        self.bytes += size
        if self._send is not None:
            self._send(data)
            return size
        self._pieces.append(bytes(data))
        if self.bytes > self._BOUND:
            self._send = self._stack.enter_context(self._writer.sending(self._form))
            for piece in self._pieces:
                self._send(piece)
            self._pieces = []
        return size

    def content(self) -> memoryview:
        """Return what was written, where it was little."""
        return memoryview(b"".join(self._pieces))

    def end(self) -> int:
        """Make a part of it; return its number."""
        if self._send is not None:
            self._stack.close()
            return len(self._writer.parts) - 1
        return self._writer.put_views([memoryview(piece) for piece in self._pieces], self._form)

    def drop(self) -> None:
        """Give up; what was sent already is a part that nothing refers to."""
        self._pieces = []
        self._stack.close()


def _hash(views: list[memoryview]) -> str:
    """Return the name of a part; the pieces of a large one are hashed side by side."""
    last = views[-1]
    ahead = sum(view.nbytes for view in views[:-1])
    if ahead + last.nbytes <= _PIECE or ahead >= _PIECE:
        digest = _Digest()
        for view in views:
            digest.write(view)
        return digest.hexdigest()
    first = last[: _PIECE - ahead]
    pieces = [[*views[:-1], first]]
    pieces += [[last[start : start + _PIECE]] for start in range(first.nbytes, last.nbytes, _PIECE)]
    try:
        with ThreadPoolExecutor(_LANES) as lanes:
            digests = list(lanes.map(_sha256, pieces))
    except RuntimeError:  # A limit of threads or of memory leaves none.
        digests = [_sha256(piece) for piece in pieces]
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _sha256(views: list[memoryview]) -> bytes:
    digest = hashlib.sha256()
    for view in views:
        digest.update(view)
    return digest.digest()
