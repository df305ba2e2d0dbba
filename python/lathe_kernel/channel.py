"""A kernel's end of its channel: frames out, frames in, and blocking host calls."""

import contextlib
import itertools
import json
import os
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.interrupts import Interrupts
from lathe_kernel.protocol import (
    MAXIMUM_DESCRIPTORS,
    MAXIMUM_PAYLOAD,
    Frame,
    Kind,
    RawChannel,
)

_RELEASED = 1_000
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Reply:
    """The value of a host call; the caller owns the descriptors."""

    value: Any
    descriptors: tuple[int, ...]


class Channel:
    """One kernel's channel, used by one process and one thread at a time.

    A process that the user's code forked cannot speak on it, and neither can a thread of the
    user's once the cell is over: lathe would take either for the kernel.
    """

    def __init__(self, raw: RawChannel, interrupts: Interrupts) -> None:
        """Bind the channel to this process."""
        self._raw = raw
        self._interrupts = interrupts
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._calls = itertools.count(1)
        self._answering = False
        # Data results whose handles are gone: lathe is told with the next call.
        self.released: list[str] = []
        self.copy_requested: Callable[[Frame], None] | None = None

    def copy(self, descriptors: Sequence[int]) -> int:
        """Fork this process; return the copy's process number, and 0 in the copy.

        The copy speaks on a channel of its own, made of `descriptors`, which are closed here. No
        cell runs in it, whatever ran when it was made.

        Raises:
            OSError: the system refused.
        """
        with self._interrupts.held():
            copy = self._raw.copy(*descriptors)
            if copy == 0:
                self._process = os.getpid()
                self._lock = threading.RLock()
                self._answering = False
                self._interrupts.disarm()
        return copy

    def thaw(self) -> None:
        """Let a copy be looked into again: it is about to run code."""
        self._raw.thaw()

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Let an interrupt wait until the body is done; for what lathe answers at once."""
        return self._interrupts.held()

    @contextlib.contextmanager
    def answering(self) -> Generator[None]:
        """Allow host calls and artifacts in the body: lathe is waiting for its answer."""
        self._answering = True
        try:
            yield
        finally:
            self._answering = False

    def receive(self) -> Frame:
        """Return the next frame that is not a late reply.

        Raises:
            EOFError: lathe has gone.
        """
        while True:
            frame = self._receive()
            if frame.kind != Kind.REPLY:
                return frame
            close(frame.descriptors)

    def send(
        self,
        kind: Kind,
        payload: object,
        *,
        call: int = 0,
        descriptors: Sequence[int] = (),
    ) -> None:
        """Send one frame; the caller keeps its descriptors.

        Raises:
            LatheError: the frame is over a limit, or this is not the kernel's own process.
        """
        if os.getpid() != self._process:
            raise LatheError(
                "not_allowed",
                "this process was forked by your own code; only the kernel itself can use `lathe`. "
                "Return the data to the parent process and call it there.",
            )
        body = encoded(payload)
        if len(body) > MAXIMUM_PAYLOAD:
            raise LatheError(
                "limit",
                f"the message is {len(body):,} bytes, more than {MAXIMUM_PAYLOAD:,}; hand large "
                "data over as `data=`, not as text.",
            )
        if len(descriptors) > MAXIMUM_DESCRIPTORS:
            raise LatheError(
                "limit", f"at most {MAXIMUM_DESCRIPTORS} slices travel in one message."
            )
        with self._interrupts.held(), self._lock:
            self._raw.send(int(kind), call, body, list(descriptors))

    def call(self, name: str, arguments: dict[str, Any], descriptors: Sequence[int] = ()) -> Reply:
        """Make a host call and wait for its reply.

        Raises:
            LatheError: lathe refused it, with its reason.
            EOFError: lathe has gone.
        """
        self.require_answering()
        if self.released and name != "drop_data":
            self.tell_released()
        with self._lock:
            number = next(self._calls)
            payload = {"name": name, "arguments": arguments}
            self.send(Kind.CALL, payload, call=number, descriptors=descriptors)
            frame = self._reply(number)
        if "error" in frame.payload:
            close(frame.descriptors)
            error = frame.payload["error"]
            raise LatheError(str(error.get("code")), str(error.get("reason")))
        return Reply(frame.payload.get("value"), frame.descriptors)

    def tell_released(self) -> None:
        """Let lathe drop the data results that nobody here refers to any more."""
        identifiers, self.released = self.released[:_RELEASED], self.released[_RELEASED:]
        close(self.call("drop_data", {"ids": identifiers}).descriptors)

    def require_answering(self) -> None:
        """Refuse what lathe would not expect now.

        Raises:
            LatheError: no cell is running.
        """
        if not self._answering:
            raise LatheError(
                "not_allowed",
                "no cell is running: `lathe` can be used only while one is. Wait for threads that "
                "use it before the cell ends.",
            )

    def _reply(self, number: int) -> Frame:
        while True:
            frame = self._receive()
            if frame.kind == Kind.REPLY and frame.call == number:
                return frame
            if frame.kind == Kind.COPY and self.copy_requested is not None:
                self.copy_requested(frame)
                continue
            # A reply to a call that was interrupted: nobody waits for it any more.
            close(frame.descriptors)

    def _receive(self) -> Frame:
        kind, call, body, descriptors = self._raw.receive()
        return Frame(kind, call, _DECODER.decode(body.decode()) if body else {}, tuple(descriptors))


def encoded(payload: object) -> bytes:
    """Return a payload as UTF-8 JSON.

    Lone surrogates, which no strict reader takes, become question marks; NaN is refused.

    Raises:
        LatheError: the payload cannot be written as JSON.
    """
    try:
        text = _ENCODER.encode(payload)
    except (TypeError, ValueError, RecursionError) as error:
        raise invalid(f"this cannot be written as JSON: {error}") from None
    return text.encode("utf-8", "replace")


def close(descriptors: Sequence[int]) -> None:
    """Close descriptors that nobody will use."""
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
