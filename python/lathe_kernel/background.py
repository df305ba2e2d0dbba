"""Work in the background: begun with `.later(…)`, found again by its URI, waited for together."""

import contextlib
import re
import threading
import weakref
from collections.abc import Awaitable, Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, cast

from lathe_kernel.channel import Channel, close, encoded
from lathe_kernel.errors import LatheError, invalid
from lathe_kernel.messages import Handler
from lathe_kernel.protocol import OutcomeRecord
from lathe_kernel.subtasks import Reader, Subtask, SubtaskKind, attended, of_plan, records

# It takes long to import, and few cells await anything.
if TYPE_CHECKING:
    import asyncio

# Of one `begin` call.
_CALLS = 1_000
_BYTES = 3 << 20
_WAITED = 10_000
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 1.0
_URI = re.compile(r"(?:subtask://)?([1-9][0-9]{0,8})")
_SHOWN = 20

# Who awaits which subtask.
Waiting = dict[int, list[tuple[Subtask, "asyncio.Future[None]"]]]


class Results(list[Any]):
    """The results of `lathe.gather`, in order; `await` gives the same."""

    def __await__(self) -> Generator[Any, None, "Results"]:
        """Return at once: all of them are here."""
        return self
        yield  # A generator that waits for nothing.


class Subtasks(list[Subtask]):
    """What `lathe.subtasks()` lists, newest first."""

    omitted = 0

    def __repr__(self) -> str:
        """Show the first ones."""
        lines = [repr(one) for one in self[:_SHOWN]]
        if (more := len(self) - len(lines) + self.omitted) > 0:
            lines.append(f"… {more} more")
        return "\n".join(lines) or "no subtasks"


class Background:
    """What one kernel has begun in lathe; used from its main thread."""

    def __init__(self, channel: Channel) -> None:
        """Begin nothing yet."""
        self.channel = channel
        self.tools: Any = None
        self._known: weakref.WeakValueDictionary[int, Subtask] = weakref.WeakValueDictionary()
        # Calls that are collected to be handed in together; None while each is by itself.
        self._batch: list[tuple[Subtask, dict[str, Any]]] | None = None
        # What is begun while they are collected: nobody else has handles of these.
        self._begun: list[Subtask] = []
        self._waiting: Waiting = {}
        self._pump: asyncio.Task[None] | None = None

    # --- beginning ------------------------------------------------------------------------------

    def begin(
        self,
        call: str,
        arguments: dict[str, Any],
        label: str,
        kind: SubtaskKind,
        *,
        note: dict[str, Any] | None = None,
        reader: Reader | None = None,
    ) -> Subtask:
        """Begin a call in the background; return its handle.

        Raises:
            LatheError: lathe refused it, or too many are open.
        """
        subtask = Subtask(self, None, label, kind=kind, note=note, reader=reader)
        entry = (subtask, {"call": call, "arguments": arguments, "note": note})
        if self._batch is None:
            self._send([entry])
        else:
            self._batch.append(entry)
            self._begun.append(subtask)
        return subtask

    def started(self, identifier: int, label: str, notes: tuple[str, ...]) -> Subtask:
        """Return the handle of an agent's run that lathe has accepted."""
        subtask = self._keep(Subtask(self, identifier, label, notes=notes))
        if self._batch is not None:
            self._begun.append(subtask)
        return subtask

    def hand_in(self) -> None:
        """Hand in what is collected so far."""
        while self._batch:
            size, count = 0, 0
            for _, request in self._batch[:_CALLS]:
                size += len(encoded(request)) + 1
                if size > _BYTES and count:
                    break
                count += 1
            part = self._batch[:count]
            del self._batch[:count]
            self._send(part)

    def _send(self, entries: list[tuple[Subtask, dict[str, Any]]]) -> None:
        # What lathe has begun has a handle before an interrupt is heard.
        with self.channel.held():
            reply = self.channel.call("begin", {"calls": [request for _, request in entries]})
            close(reply.descriptors)
            for (subtask, _), given in zip(entries, reply.value["subtasks"], strict=True):
                subtask.bind(int(given["id"]))
                self._keep(subtask)

    def _stop(self, subtasks: list[Subtask]) -> int:
        """Cancel those that have begun, since nobody has handles of them; return how many."""
        begun = [one.given for one in subtasks if one.given is not None]
        for first in range(0, len(begun), _WAITED):
            identifiers = begun[first : first + _WAITED]
            with contextlib.suppress(LatheError):
                close(self.channel.call("cancel", {"ids": identifiers}).descriptors)
        return len(begun)

    def _keep(self, subtask: Subtask) -> Subtask:
        self._known[subtask.id] = subtask
        return subtask

    # --- finding again --------------------------------------------------------------------------

    def found(self, uri: object) -> Subtask:
        """Return the handle of `subtask://ID`.

        Raises:
            LatheError: this kernel has begun no such subtask, nor has one below it.
        """
        if isinstance(uri, Subtask):
            return uri
        read = _URI.fullmatch(str(uri))
        if read is None:
            raise invalid(f"{uri!r} names no subtask; write lathe.subtask('subtask://7').")
        identifier = int(read[1])
        return self._known.get(identifier) or self._made(self.listing([identifier])[0])

    def all(self) -> Subtasks:
        """Return handles of all that this kernel has begun, newest first."""
        reply = self.channel.call("subtasks", {})
        close(reply.descriptors)
        listed = Subtasks(
            self._known.get(int(one["id"])) or self._made(one) for one in reply.value["subtasks"]
        )
        listed.omitted = int(reply.value["omitted"])
        return listed

    def listing(self, identifiers: list[int]) -> list[dict[str, Any]]:
        """Return what lathe knows of subtasks.

        Raises:
            LatheError: they are not this kernel's.
        """
        reply = self.channel.call("subtasks", {"ids": identifiers})
        close(reply.descriptors)
        return cast("list[dict[str, Any]]", reply.value["subtasks"])

    def reader(self, note: dict[str, Any]) -> Reader:
        """Return what reads the answers of the tool that a note names."""
        return cast("Reader", self.tools.__reader__(note))

    def recalled(
        self, identifier: int, label: str, kind: SubtaskKind, note: dict[str, Any] | None
    ) -> Subtask:
        """Return the handle of a subtask of an earlier program run."""
        known = self._known.get(identifier)
        return known or self._keep(Subtask(self, identifier, label, kind=kind, note=note))

    def _made(self, one: dict[str, Any]) -> Subtask:
        kind = cast("SubtaskKind", one["kind"])
        return self.recalled(int(one["id"]), str(one["label"]), kind, one.get("note"))

    # --- waiting together -----------------------------------------------------------------------

    def gather(self, work: tuple[object, ...], *, return_exceptions: bool) -> Results:
        """Wait for all; return the results in order.

        Raises:
            Exception: the first failure in order, once all have ended, unless those are returned.
        """
        subtasks, own = self._collected(work)
        try:
            self.settle(subtasks)
        except KeyboardInterrupt:
            self._stop(own)
            raise
        results, errors = Results(), list[Exception]()
        for one in subtasks:
            try:
                results.append(one.result(0))
            except Exception as error:
                errors.append(error)
                results.append(error)
        if errors and not return_exceptions:
            if len(errors) > 1:
                errors[0].add_note(
                    f"{len(errors)} of {len(subtasks)} failed; "
                    "lathe.gather(…, return_exceptions=True) gives results and errors"
                )
            raise errors[0]
        return results

    def wait(
        self, work: tuple[object, ...], timeout: float | None
    ) -> tuple[list[Subtask], list[Subtask]]:
        """Wait until one has ended, or the time is up; return those that have and that run on."""
        subtasks, own = self._collected(work)
        open_ones = [one for one in subtasks if not one.is_known]
        seconds = timeout if len(open_ones) == len(subtasks) else 0
        try:
            self._fill(open_ones, seconds, any_ended=True)
        except KeyboardInterrupt:
            self._stop(own)
            raise
        ended = [one for one in subtasks if one.is_known]
        return ended, [one for one in subtasks if not one.is_known]

    def settle(self, subtasks: list[Subtask], handler: Handler | None = None) -> bool:
        """Wait until all have ended; return whether `handler` of urgent messages stopped them."""
        stops = False
        while open_ones := [one for one in subtasks if not one.is_known][:_WAITED]:
            identifiers = list({one.id: None for one in open_ones})
            told, is_stopped = attended(self.channel, identifiers, handler)
            self._take(open_ones, told)
            stops = stops or is_stopped
        return stops

    def attend(
        self,
        subtasks: list[Subtask],
        plan: dict[str, Any],
        handler: Handler | None,
        *,
        together: bool,
    ) -> tuple[list[Subtask], bool, bool]:
        """Wait until one of a plan's subtasks has ended, or all `together`; return what is taken.

        Beside it, whether the user may want the plan changed, and whether `handler` of urgent
        messages stopped it; in both cases it may be nothing. Which one is taken is lathe's word,
        also of those that are known here.
        """
        told, is_changed, stops = of_plan(
            self.channel, [one.id for one in subtasks], plan, handler, together=together
        )
        self._take(subtasks, told)
        ended = {record["id"] for record in told}
        if together and len(ended) < len(subtasks):
            ended = set[int]()
        return [one for one in subtasks if one.id in ended], is_changed, stops

    def _fill(
        self, subtasks: list[Subtask], seconds: float | None, *, any_ended: bool = False
    ) -> None:
        if not subtasks:
            return
        identifiers = list({one.id: None for one in subtasks})
        self._take(subtasks, records(self.channel, identifiers, seconds, any_ended=any_ended))

    @staticmethod
    def _take(subtasks: list[Subtask], told: list[OutcomeRecord]) -> None:
        by_number = {one.id: one for one in subtasks}
        for record in told:
            by_number[record["id"]].take(record)
        # The same work may stand twice, under handles of their own.
        for one in subtasks:
            if not one.is_known and by_number[one.id].is_known:
                one.outcome(0)

    def _collected(self, work: tuple[object, ...]) -> tuple[list[Subtask], list[Subtask]]:
        """Return the handles that are meant, and those that were begun while they were read.

        What a generator begins is handed in together: a thousand calls are one message. Where that
        is refused or interrupted half-way, what has begun is cancelled.
        """
        if self._batch is not None:
            raise invalid("gather and wait cannot be used within each other's generators.")
        self._batch, self._begun = [], []
        found: list[Subtask] = []
        try:
            for one in work:
                found += _handles(one)
            self.hand_in()
        except BaseException as error:
            if stopped := self._stop(self._begun):
                error.add_note(f"{stopped} calls that had begun before it are cancelled.")
            raise
        finally:
            self._batch = None
        return found, self._begun

    # --- awaiting -------------------------------------------------------------------------------

    async def ended(self, subtask: Subtask) -> None:
        """Wait until a subtask has ended, while other coroutines go on."""
        import asyncio

        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        pump = self._pump
        is_there = pump is not None and not pump.done() and pump.get_loop() is loop
        if not is_there:
            # What an earlier loop left waiting goes with it.
            self._waiting = {}
        self._waiting.setdefault(subtask.id, []).append((subtask, future))
        if not is_there:
            self._pump = loop.create_task(self._ask(loop, self._waiting))
        await future

    async def _ask(self, loop: "asyncio.AbstractEventLoop", waiting: Waiting) -> None:
        """Ask lathe for all that is awaited, until nothing is."""
        import asyncio

        pause = _FIRST_PAUSE
        try:
            while waiting:
                await asyncio.sleep(0)
                seconds = None if _is_idle(loop) else 0
                told = records(self.channel, list(waiting)[:_WAITED], seconds, any_ended=True)
                for record in told:
                    _tell(record, waiting)
                if told:
                    pause = _FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 1.5, _LONGEST_PAUSE)
        except Exception as error:
            for _, future in (pair for pairs in waiting.values() for pair in pairs):
                if not future.done():
                    future.set_exception(error)
        finally:
            waiting.clear()


def _tell(record: OutcomeRecord, waiting: Waiting) -> None:
    if record["status"] == "running":
        return
    for subtask, future in waiting.pop(record["id"], []):
        subtask.take(record)
        if not future.done():
            future.set_result(None)


def _handles(one: object) -> list[Subtask]:
    kind = type(one).__name__
    if isinstance(one, Subtask):
        return [one]
    if isinstance(one, Iterable) and not isinstance(one, str | bytes | dict):
        return [handle for each in cast("Iterable[object]", one) for handle in _handles(each)]
    hint = " `await` it instead." if isinstance(one, Awaitable) else ""
    raise invalid(
        f"a {kind} is no work in the background: give what `.later(…)` or "
        f"`lathe.delegate(…)` returned, or a generator of these.{hint}"
    )


def _is_idle(loop: Any) -> bool:
    """Tell whether nothing but lathe can make a coroutine of this loop go on."""
    try:
        is_waiting = loop._ready or loop._scheduled or len(loop._selector.get_map()) > 1
    except AttributeError:
        return False
    return not is_waiting and threading.active_count() == 1


def with_later(call: Any, later: Callable[..., Any]) -> Any:
    """Give a function its form in the background, with a page of its own."""
    later.__name__, later.__qualname__ = "later", f"{call.__qualname__}.later"
    later.__doc__ = (
        f"Begin {call.__name__}(…) in the background and return its handle at once.\n\n"
        f"Example: `handle = {call.__name__}.later(…)`, and then or in a later cell "
        "`handle.result()`,\n`await handle`, `lathe.wait(a, b)` or "
        f"`lathe.gather({call.__name__}.later(x) for x in xs)`.\n"
    )
    call.later = later
    return call
