"""One server: started when it is first needed, kept, and started again with growing pauses."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import anyio
import mcp_types as types
from mcp import Client, MCPError
from mcp.client.session import ClientRequestContext
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from lathe_tools import left_out, results
from lathe_tools.arguments import SchemaChecks
from lathe_tools.definition import Command, Definition
from lathe_tools.failures import fault_of, is_of_transport, own_fault
from lathe_tools.faults import Fault, shortened
from lathe_tools.http import HTTPNotes, http_transport
from lathe_tools.logs import ServerLog
from lathe_tools.stdio import StdioTransport
from lathe_tools.wire import Wire

_Result = TypeVar("_Result")
_MOST_PAGES = 200
_MOST_TOOLS = 20_000
_LONGEST_REST = 60.0
_SHORT_LIFE = 30.0
"""Seconds; a server that ended sooner rests before it is started again."""
_PATIENCE = 5.0
"""Seconds that a request waits for a rest to end, instead of being refused."""


class ServerLink:
    """The connection with one server; many calls at once, all from the event loop's thread."""

    def __init__(self, definition: Definition, wire: Wire) -> None:
        """Take the definition; nothing is started yet."""
        self.definition = definition
        self.name = definition.name
        self._wire = wire
        self._log = ServerLog(definition.log)
        self._checks = SchemaChecks()
        self._has_listed = False
        self._client: Client | None = None
        self._transport: StdioTransport | None = None
        self._notes: HTTPNotes | None = None
        self._life: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._starting = asyncio.Lock()
        self._failures = 0
        self._rests_until = 0.0
        self._last_fault: Fault | None = None
        self._limits: dict[int, anyio.CancelScope] = {}

    # --- what lathe asks ------------------------------------------------------------------------

    async def about(self) -> dict[str, Any]:
        """Return what the server says of itself, starting it where it is not there."""
        client = await self._connected()
        info = client.server_info
        version = client.protocol_version
        return {
            "protocol": version,
            "era": "stateless" if version in MODERN_PROTOCOL_VERSIONS else "session",
            "name": info.name if info else "",
            "version": info.version if info else "",
            "instructions": client.instructions or "",
            "capabilities": results.plain(client.server_capabilities),
        }

    async def list_tools(self) -> dict[str, Any]:
        """Return all tools, of all pages."""
        client = await self._connected()
        about = await self.about()
        if client.server_capabilities.tools is None:
            return {"tools": [], "problems": [], "about": about}
        tools: list[types.Tool] = []
        with left_out.noting() as forbidden:
            async for page in self._pages(client.list_tools):
                tools += page.tools
                if len(tools) > _MOST_TOOLS:
                    raise Fault("flooded", f"it has more than {_MOST_TOOLS} tools", "", self.name)
        kept, problems = results.listing(tools)
        problems += forbidden + self._checks.take(kept)
        self._has_listed = True
        return {"tools": kept, "problems": problems, "about": about}

    async def call(self, request: int, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call a tool, once: a call that failed is never repeated here."""
        client = await self._connected()
        if not self._has_listed:
            await self.list_tools()
        if not self._checks.knows(tool):
            # The list may have changed since.
            await self.list_tools()
        if not self._checks.knows(tool):
            known = shortened(", ".join(self._checks.names), 300)
            raise Fault("unknown_tool", f"it has no tool '{tool}'", f"it has: {known}", self.name)
        self._checks.check(tool, arguments, self.name)

        async def tell(progress: float, total: float | None, message: str | None) -> None:
            await self._wire.tell(
                "progress",
                request=request,
                server=self.name,
                done=progress,
                total=total,
                message=shortened(message or "", 500),
            )

        result = await self._asked(client.call_tool(tool, arguments, progress_callback=tell))
        return results.call_result(result)

    async def list_resources(self) -> dict[str, Any]:
        """Return the resources and the templates of resources."""
        client = await self._connected()
        if client.server_capabilities.resources is None:
            return {"resources": [], "templates": []}
        found: list[Any] = []
        async for page in self._pages(client.list_resources):
            found += page.resources
        templates: list[Any] = []
        with suppress(Fault):
            async for page in self._pages(client.list_resource_templates):
                templates += page.resource_templates
        return {
            "resources": [results.plain(each) for each in found],
            "templates": [results.plain(each) for each in templates],
        }

    async def read_resource(self, uri: str) -> dict[str, Any]:
        """Return the contents of one resource."""
        client = await self._connected()
        result = await self._asked(client.read_resource(uri))
        return {"contents": [results.plain(each) for each in result.contents]}

    async def list_prompts(self) -> dict[str, Any]:
        """Return the prompts."""
        client = await self._connected()
        if client.server_capabilities.prompts is None:
            return {"prompts": []}
        found: list[Any] = []
        async for page in self._pages(client.list_prompts):
            found += page.prompts
        return {"prompts": [results.plain(each) for each in found]}

    async def get_prompt(self, name: str, arguments: dict[str, str]) -> dict[str, Any]:
        """Return the messages of one prompt."""
        client = await self._connected()
        return results.plain(await self._asked(client.get_prompt(name, arguments)))

    @asynccontextmanager
    async def limited(self, request: int, seconds: float) -> AsyncGenerator[None]:
        """Give a request its time; the time in which a person is asked does not count.

        Raises:
            Fault: the time is over.
        """
        with anyio.move_on_after(seconds) as scope:
            self._limits[request] = scope
            try:
                yield
            finally:
                del self._limits[request]
        if scope.cancelled_caught:
            raise Fault(
                "timeout",
                f"it did not answer within {seconds:g} s; it was told to stop, and may go on",
                "look at its log; `lathe tools call` takes a longer --timeout",
                self.name,
            )

    async def close(self) -> None:
        """End the server; a later request starts it again."""
        self._stop.set()
        if self._life is not None:
            await asyncio.gather(self._life, return_exceptions=True)

    # --- its life -------------------------------------------------------------------------------

    async def _connected(self) -> Client:
        """Return the client, after starting the server where there is none."""
        async with self._starting:
            if self._client is not None and not self._is_ending:
                return self._client
            if self._life is not None:
                # An earlier life is ending.
                await asyncio.gather(self._life, return_exceptions=True)
            await self._rest()
            ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
            self._stop = asyncio.Event()
            self._life = asyncio.create_task(self._live(ready))
            try:
                return await asyncio.shield(ready)
            except asyncio.CancelledError:
                self._stop.set()
                self._life.cancel()
                raise

    @property
    def _is_ending(self) -> bool:
        has_fault = self._transport is not None and self._transport.fault is not None
        return has_fault or self._stop.is_set()

    async def _rest(self) -> None:
        left = self._rests_until - time.monotonic()
        if left <= 0:
            return
        if left > _PATIENCE:
            last = self._last_fault
            raise Fault(
                "resting",
                f"it failed {self._failures} times in a row and is tried again in {left:.0f} s"
                + (f"; the last time: {last.reason}" if last else ""),
                last.mend if last else "",
                self.name,
            )
        await asyncio.sleep(left)

    async def _live(self, ready: "asyncio.Future[Client]") -> None:
        """Hold the connection from its beginning to its end, in one task, as the SDK wants it."""
        began = time.monotonic()
        self._has_listed = False
        fault: Fault | None = None
        try:
            async with self._new_client() as client:
                self._client = client
                ready.set_result(client)
                await self._wire.tell("server", server=self.name, state="started")
                watch = asyncio.create_task(self._watch_changes(client))
                try:
                    await self._until_its_end()
                finally:
                    watch.cancel()
                    await asyncio.gather(watch, return_exceptions=True)
        except asyncio.CancelledError:
            fault = Fault("cancelled", "its start was cancelled", server=self.name)
        except BaseException as error:
            fault = self._fault(error)
        finally:
            self._client = None
            fault = fault or (self._transport.fault if self._transport else None)
            self._note_end(fault, time.monotonic() - began, was_ready=ready.done())
            if not ready.done():
                ready.set_exception(fault or Fault("ended", "it ended", server=self.name))
                # Nobody may be waiting any more.
                ready.exception()
        if fault is not None and not self._stop.is_set():
            with suppress(OSError):
                await self._wire.tell(
                    "server", server=self.name, state="ended", reason=shortened(fault.reason)
                )

    def _new_client(self) -> Client:
        way = self.definition.way
        if isinstance(way, Command):
            self._transport = StdioTransport(self.name, way, self._log)
            transport: Any = self._transport
        else:
            self._notes = HTTPNotes(self.name, way)
            transport = http_transport(way, self._notes)
        return Client(
            transport,
            client_info=types.Implementation(name="lathe", version="0.1.0"),
            elicitation_callback=self._elicit,
            logging_callback=self._logged,
            log_level="warning",
            message_handler=self._noticed,
            # The catalogue is lathe's; a list that is asked for is a new one.
            cache=None,
        )

    async def _until_its_end(self) -> None:
        stopped = asyncio.create_task(self._stop.wait())
        waits = [stopped]
        if self._transport is not None:
            waits.append(asyncio.create_task(self._transport.ended.wait()))  # type: ignore[arg-type]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def _note_end(self, fault: Fault | None, seconds: float, *, was_ready: bool) -> None:
        if self._stop.is_set() or fault is None:
            return
        self._last_fault = fault
        if was_ready and seconds >= _SHORT_LIFE:
            self._failures = 0
            return
        self._failures += 1
        pause = min(0.5 * 2 ** (self._failures - 1), _LONGEST_REST)
        self._rests_until = time.monotonic() + pause

    # --- asking it ------------------------------------------------------------------------------

    async def _asked(self, answer: Awaitable[_Result]) -> _Result:
        if self._notes is not None and len(self._limits) == 1:
            self._notes.begin()
        try:
            return await answer
        except (Fault, asyncio.CancelledError):
            raise
        except Exception as error:
            fault = self._fault(error)
            if self._notes is not None and fault.code in ("ended", "unreachable"):
                # A session that the server forgot, or a server that went: begin anew next time.
                self._stop.set()
            raise fault from None

    async def _pages(self, ask: Callable[..., Awaitable[_Result]]) -> AsyncGenerator[_Result]:
        cursor: str | None = None
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            page: Any = await self._asked(ask(cursor=cursor))
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in seen:
                break
            seen.add(cursor)
        raise Fault(
            "invalid",
            "its list does not end: a page leads back to an earlier one, or there are too many",
            "report this to whoever makes the server",
            self.name,
        )

    def _fault(self, error: BaseException) -> Fault:
        """Say what an exception means; what the transport saw says more than the SDK."""
        if (own := own_fault(error)) is not None:
            return own
        if self._transport is not None and self._transport.fault is not None:
            return self._transport.fault
        if self._notes is not None and is_of_transport(error):
            fault = self._notes.fault()
            if fault is not None:
                return fault
        return fault_of(error, self.name)

    # --- what it says by itself -----------------------------------------------------------------

    async def _watch_changes(self, client: Client) -> None:
        """In the stateless revision changes come on a stream that is asked for."""
        tools = client.server_capabilities.tools
        if client.protocol_version not in MODERN_PROTOCOL_VERSIONS or not (
            tools and tools.list_changed
        ):
            return
        pause = 1.0
        while True:
            try:
                async with client.listen(tools_list_changed=True) as changes:
                    pause = 1.0
                    async for _ in changes:
                        await self._changed()
            except (MCPError, RuntimeError, TimeoutError):
                pass
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_REST)

    async def _noticed(self, message: object) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            await self._changed()
        elif isinstance(message, Exception):
            self._log.note(f"not understood: {shortened(str(message), 500)}")

    async def _changed(self) -> None:
        self._has_listed = False
        await self._wire.tell("tools_changed", server=self.name)

    async def _logged(self, params: types.LoggingMessageNotificationParams) -> None:
        self._log.note(f"{params.level}: {shortened(str(params.data))}")

    async def _elicit(
        self, context: ClientRequestContext, params: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        """Let lathe ask the user. Meanwhile no time limit of this server's calls goes on."""
        now = anyio.current_time()
        left = {number: scope.deadline - now for number, scope in self._limits.items()}
        for scope in self._limits.values():
            scope.deadline = float("inf")
        try:
            answer = await self._wire.ask(
                "elicit", server=self.name, requests=sorted(left), params=results.plain(params)
            )
            return types.ElicitResult.model_validate(answer)
        except ValidationError as error:
            return types.ErrorData(code=types.INTERNAL_ERROR, message=str(error))
        finally:
            now = anyio.current_time()
            for number, scope in self._limits.items():
                if number in left:
                    scope.deadline = now + left[number]
