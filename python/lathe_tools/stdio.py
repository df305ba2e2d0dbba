"""The transport of servers that are programs: JSON-RPC messages as lines of pipes.

The SDK's own transport keeps lines without a bound and adds to the environment; this one does
neither, and says how a server ended.
"""

import asyncio
import os
import shutil
import signal
import time
from contextlib import suppress
from types import TracebackType

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCNotification, JSONRPCResponse, jsonrpc_message_adapter

from lathe_tools.definition import Command
from lathe_tools.faults import Fault, shortened
from lathe_tools.logs import ServerLog
from lathe_tools.results import shorten
from lathe_tools.wire import LONGEST_MESSAGE

_CHUNK = 1 << 16
_GRACE = 2.0
_MOST_NOTIFICATIONS = 500
"""Notifications a second that are passed on; what is dropped beyond is counted in the log."""


class StdioTransport:
    """Starts a program, and is the pair of streams that the SDK's client takes."""

    def __init__(self, name: str, command: Command, log: ServerLog) -> None:
        """Take what to start; nothing is started yet."""
        self._name = name
        self._command = command
        self._log = log
        self._process: asyncio.subprocess.Process
        self._tasks: list[asyncio.Task[None]] = []
        self._log_keeper: asyncio.Task[None]
        self._window = (0.0, 0)
        self._to_session: MemoryObjectSendStream[SessionMessage | Exception]
        self._from_session: MemoryObjectReceiveStream[SessionMessage]
        self._ends: list[
            MemoryObjectReceiveStream[SessionMessage | Exception]
            | MemoryObjectSendStream[SessionMessage]
        ]
        self.ended = anyio.Event()
        self.fault: Fault | None = None
        """Why it ended, where that was not asked for."""

    async def __aenter__(
        self,
    ) -> tuple[
        MemoryObjectReceiveStream[SessionMessage | Exception],
        MemoryObjectSendStream[SessionMessage],
    ]:
        """Start the program.

        Raises:
            Fault: it cannot be started.
        """
        program = self._program()
        command = self._command
        try:
            self._process = await asyncio.create_subprocess_exec(
                # The kernel ends the program when this process is gone, whatever ended it.
                "/usr/bin/setpriv",
                "--pdeathsig",
                "KILL",
                "--",
                program,
                *command.args,
                env=command.environment,
                cwd=command.folder,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                limit=_CHUNK,
            )
        except (OSError, ValueError) as error:
            raise Fault(
                "cannot_start",
                f"{program} could not be started: {error}",
                "look at its command, args and cwd",
                self._name,
            ) from None
        self._log.last = ""
        self._log.note(f"started as process {self._process.pid}")
        self._to_session, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write, self._from_session = anyio.create_memory_object_stream[SessionMessage](0)
        self._ends = [read, write]
        self._log_keeper = asyncio.create_task(self._keep_log())
        self._tasks = [
            self._log_keeper,
            *(asyncio.create_task(work) for work in (self._read(), self._write())),
        ]
        return read, write

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """End the program as the specification says: no more input, then SIGTERM, then SIGKILL."""
        with anyio.CancelScope(shield=True):
            if self.fault is None and not self.ended.is_set():
                self.fault = Fault("ended", "it was closed", server=self._name)
            await self._stop()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for stream in [*self._ends, self._to_session, self._from_session]:
                stream.close()
        return None

    def _program(self) -> str:
        """Find the program as its own environment would."""
        command = self._command
        path = command.environment.get("PATH", os.defpath)
        if command.folder is not None and "/" in command.command:
            found = shutil.which(os.path.join(command.folder, command.command))  # noqa: PTH118
        else:
            found = shutil.which(command.command, path=path)
        if found is None:
            raise Fault(
                "not_found",
                f"there is no program '{command.command}' on its PATH ({path})",
                "install it, or write its whole path as command",
                self._name,
            )
        return found

    # --- the three streams of the program -----------------------------------------------------

    async def _read(self) -> None:
        """Pass messages on until the program closes its output or breaks the rules."""
        output = self._process.stdout
        assert output is not None
        held = bytearray()
        try:
            while self.fault is None and (chunk := await output.read(_CHUNK)):
                start = len(held)
                held += chunk
                while (end := held.find(b"\n", start)) >= 0:
                    line = bytes(held[:end])
                    del held[: end + 1]
                    start = 0
                    await self._line(line)
                if len(held) > LONGEST_MESSAGE:
                    raise Fault(
                        "flooded",
                        f"it was ended: it sent a message of more than {LONGEST_MESSAGE >> 20} MiB",
                        "ask it for less at a time",
                        self._name,
                    )
        except Fault as fault:
            self.fault = fault
            self._log.note(fault.reason)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return
        finally:
            await self._note_end()
            self._to_session.close()
            self.ended.set()

    async def _line(self, line: bytes) -> None:
        stripped = line.strip()
        if not stripped:
            return
        try:
            message = jsonrpc_message_adapter.validate_json(stripped, by_name=False)
        except ValueError as error:
            if stripped[:1] not in b"{[":
                # A banner, a stray print: against the rules, but it can only be meant for people.
                self._log.write(b"[stdout] " + stripped[:4_000] + b"\n")
                return
            said = shortened(stripped.decode(errors="replace"), 200)
            raise Fault(
                "invalid",
                f"it sent what is no message of JSON-RPC, and was ended: {said}"
                f" ({shortened(str(error).splitlines()[0], 200)})",
                "report this to whoever makes the server",
                self._name,
            ) from None
        if isinstance(message, JSONRPCNotification) and not self._passes():
            return
        if isinstance(message, JSONRPCResponse):
            shorten(message.result)
        await self._to_session.send(SessionMessage(message))

    def _passes(self) -> bool:
        """Count a notification, and tell whether there is room for it in this second."""
        now = time.monotonic()
        since, count = self._window
        if now - since >= 1:
            if count > _MOST_NOTIFICATIONS:
                self._log.note(f"{count - _MOST_NOTIFICATIONS} notifications were dropped")
            since, count = now, 0
        self._window = (since, count + 1)
        return count < _MOST_NOTIFICATIONS

    async def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(OSError, anyio.ClosedResourceError, anyio.BrokenResourceError):
            async for sent in self._from_session:
                text = sent.message.model_dump_json(by_alias=True, exclude_unset=True)
                pipe.write(text.encode(errors="replace") + b"\n")
                await pipe.drain()

    async def _keep_log(self) -> None:
        errors = self._process.stderr
        assert errors is not None
        while chunk := await errors.read(_CHUNK):
            self._log.take(chunk)

    # --- the end ------------------------------------------------------------------------------

    async def _note_end(self) -> None:
        """Say how the program ended, or that it closed its output."""
        if self.fault is not None:
            return
        try:
            code = await asyncio.wait_for(self._process.wait(), 1)
            how = (
                f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
            )
        except TimeoutError:
            how = "its output, but not itself"
        except ValueError:
            how = "by a signal"
        # What it wrote last may still be under way; a child may hold the pipe for ever.
        await asyncio.wait({self._log_keeper}, timeout=0.5)
        said = f"; it said last: {shortened(self._log.last, 300)}" if self._log.last else ""
        log = f"its log: {self._log.path}" if self._log.path else ""
        self.fault = Fault("ended", f"the server ended {how}{said}", log, self._name)
        self._log.note(self.fault.reason)

    async def _stop(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        pipe.close()
        if self.fault is None or self.fault.code == "ended":
            await self._has_ended(_GRACE)
        # Also what the program left behind in its group.
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
            if await self._is_gone(_GRACE):
                break
        self.ended.set()

    async def _is_gone(self, seconds: float) -> bool:
        limit = time.monotonic() + seconds
        while self._has_group() and time.monotonic() < limit:
            await asyncio.sleep(0.01)
        return not self._has_group()

    async def _has_ended(self, seconds: float) -> bool:
        # Not Process.wait(): that waits for the pipes too, which a child may hold.
        limit = time.monotonic() + seconds
        while self._process.returncode is None and time.monotonic() < limit:
            await asyncio.sleep(0.01)
        return self._process.returncode is not None

    def _has_group(self) -> bool:
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
