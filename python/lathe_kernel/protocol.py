"""The messages of docs/kernel-protocol.md as types."""

import enum
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, Protocol, TypedDict

MAXIMUM_PAYLOAD = 64 * 1024 * 1024
MAXIMUM_DESCRIPTORS = 250
MAXIMUM_SLICE_FILES = 120
MAXIMUM_DEPTH = 64
MAXIMUM_RESULT_CHARACTERS = 200_000


class Kind(enum.IntEnum):
    """The kinds of frames on a kernel's channel."""

    START = 16
    RUN = 17
    REPLY = 18
    INSPECT = 19
    STOP = 20
    COPY = 21
    SAVE = 22
    RESTORE = 23
    EXAMINE = 24
    STARTED = 32
    FINISHED = 33
    STATE = 34
    ARTIFACT = 35
    CALL = 36
    COPIED = 37
    SAVED = 38
    RESTORED = 39
    EXAMINED = 40


@dataclass(frozen=True)
class Frame:
    """One frame as received; the receiver owns the descriptors."""

    kind: int
    call: int
    payload: dict[str, Any]
    descriptors: tuple[int, ...]


class RawChannel(Protocol):
    """The builtin module `_lathe_channel`."""

    def send(self, kind: int, call: int, payload: bytes, descriptors: list[int]) -> None:
        """Send one whole frame, blocking."""
        ...

    def receive(self) -> tuple[int, int, bytes, list[int]]:
        """Return the next frame, blocking; EOFError when lathe has gone."""
        ...

    def copy(self, channel: int, stdout: int, stderr: int) -> int:
        """Fork; return the copy's process number here, and 0 in the copy, on its own channel."""
        ...

    def thaw(self) -> None:
        """Open a copy's memory to itself and its debuggers again."""
        ...

    def waits(self) -> bool:
        """Tell whether something is there to be received."""
        ...


class InputSpecification(TypedDict):
    """One input of a `start` frame."""

    name: str
    path: str
    format: str


class Manifest(TypedDict):
    """What a kernel says about a slice it froze; lathe reads `descriptors` alone.

    `descriptors` names the slice's files among those of the frame. An extent is a file (its place
    in `descriptors`), an offset and a length; the extents of `pickle`, joined, are the pickle.
    One that lathe wrote of an example has the layout `example`: a text, then files by `names`.
    """

    descriptors: list[int]
    layout: Literal["pickle5", "example"]
    type: str
    shape: list[int] | None
    bytes: int
    pickle: list[list[int]]
    buffers: list[list[int]]
    names: NotRequired[list[str]]


class NamedSlice(TypedDict):
    """One slice of a `start` frame."""

    name: str
    manifest: Manifest


class Variable(TypedDict):
    """One variable of the state: what it is, never what is in it."""

    name: str
    type: str
    bytes: int
    shape: NotRequired[list[int]]
    columns: NotRequired[list[list[str]]]
    columns_omitted: NotRequired[int]
    note: NotRequired[str]


class Memory(TypedDict):
    """Private memory beyond the kernel's start, of what is allowed; bytes.

    `kept` names large results of earlier cells that no variable of the user's holds.
    """

    used: int
    limit: int
    kept: list[tuple[str, int]]


class Variables(TypedDict):
    """The variables of the user's namespace; `memory` once it is nearly used up."""

    items: list[Variable]
    omitted: int
    memory: NotRequired[Memory]


class CellResult(TypedDict):
    """The value of a cell's last expression as text."""

    type: str
    text: str
    name: str
    characters: int
    number: NotRequired[float]


class CellError(TypedDict):
    """The exception that ended a cell."""

    type: str
    message: str
    traceback: str


class Used(TypedDict):
    """What became of the calls of one version of a capability since lathe was last told.

    `excused` are calls that were interrupted or went wrong by their caller's mistake, `failures`
    those that went wrong by the capability's own, `errors` the names of these exceptions. Seconds
    are 0 for generators.
    """

    kind: Literal["function", "agent"]
    name: str
    sha256: str
    calls: int
    excused: int
    failures: int
    errors: dict[str, int]
    seconds: float
    longest: float


class ToldCall(TypedDict):
    """A call as it reads, and its result; none where only some rows of its data are in it."""

    function: str
    call: str
    result: NotRequired[str]


class ToldCalls(TypedDict):
    """The calls of one cell, and what of them is left out."""

    kept: list[ToldCall]
    left_out: list[str]


class Finished(TypedDict):
    """How a cell ended."""

    cell: int
    status: Literal["ok", "error", "interrupted"]
    seconds: float
    result: CellResult | None
    error: CellError | None
    variables: Variables
    used: NotRequired[list[Used]]
    calls: NotRequired[ToldCalls]


class Obstacle(TypedDict):
    """What a copy of a kernel could not keep, and what to do about it."""

    kind: str
    name: str
    mend: str


class OutcomeRecord(TypedDict):
    """One outcome in the value of the host call `wait`."""

    id: int
    label: str
    status: str
    value: Any
    reason: str | None
    partial: NotRequired[str | None]
    # Of a tool call or a question that was refused or failed.
    code: NotRequired[str]
    # Its value is to be asked for once more, since it did not fit the message.
    left: NotRequired[bool]
    tokens: int | None
    seconds: float | None
