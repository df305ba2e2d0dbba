"""The transport of servers at an address: the SDK's, with bounds and the reason of a refusal."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client._transport import Transport, TransportStreams
from mcp.client.streamable_http import streamable_http_client

from lathe_tools.definition import Address
from lathe_tools.faults import Fault
from lathe_tools.login import KeptLogin, LoginFile
from lathe_tools.wire import LONGEST_MESSAGE

_CONNECT = 30.0
# A call's own time limit ends it; the stream of a slow tool may be silent for long.
_SILENCE = 3600.0


class HTTPNotes:
    """What the transport saw of HTTP, which the SDK's errors do not say."""

    def __init__(self, name: str, address: Address) -> None:
        """Begin with nothing seen."""
        self._name = name
        self._host = httpx2.URL(address.url).copy_with(userinfo=b"", query=None, fragment=None)
        self.status = 0
        self.failure: Exception | None = None
        self.was_flooded = False

    def begin(self) -> None:
        """Forget what was seen; before a request."""
        self.status, self.failure = 0, None

    def fault(self) -> Fault | None:
        """Say what went wrong with HTTP; nothing where that was not it."""
        if self.was_flooded:
            self.was_flooded = False
            return Fault(
                "flooded",
                f"its answer has more than {LONGEST_MESSAGE >> 20} MiB",
                "ask it for less at a time",
                self._name,
            )
        if self.failure is not None:
            kind = type(self.failure).__name__
            said = str(self.failure) or kind
            return Fault(
                "unreachable",
                f"{self._host} cannot be reached: {said}",
                "check the address and the network",
                self._name,
            )
        if self.status in (401, 403):
            return Fault(
                "unauthorized",
                f"{self._host} answered with HTTP {self.status}",
                f'lathe tools login {self._name}, or give what it wants in "headers", such as '
                '"Authorization": "Bearer ${TOKEN}"',
                self._name,
            )
        if self.status >= 400:
            return Fault(
                "unreachable",
                f"{self._host} answered with HTTP {self.status}",
                "check the address; the path often ends in /mcp",
                self._name,
            )
        return None


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends with an error past the bound."""

    def __init__(self, stream: httpx2.AsyncByteStream, notes: HTTPNotes) -> None:
        self._stream = stream
        self._notes = notes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for chunk in self._stream:
            total += len(chunk)
            if total > LONGEST_MESSAGE:
                self._notes.was_flooded = True
                raise httpx2.StreamError("the body is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _NotingClient(httpx2.AsyncClient):
    """HTTP that notes what failed, and bounds what is no stream of events."""

    notes: HTTPNotes

    async def send(self, request: httpx2.Request, *args: Any, **options: Any) -> httpx2.Response:
        try:
            response = await super().send(request, *args, **options)
        except httpx2.TransportError as error:
            self.notes.failure = error
            raise
        # Servers may refuse the stream of their own messages, and the end of a session.
        if request.method == "POST" and response.status_code >= 400:
            self.notes.status = response.status_code
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "text/event-stream" and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream, self.notes)
        return response


def http_transport(
    address: Address, notes: HTTPNotes, login: httpx2.Auth | None = None
) -> Transport:
    """Return the transport for the SDK's client; it is opened and closed with that.

    Without `login` the one that is kept is used, where the headers do not say who calls.
    """
    says_who = any(name.lower() == "authorization" for name in address.headers)
    if login is None and address.login is not None and not says_who:
        login = KeptLogin(address.url, LoginFile(address.login))

    @asynccontextmanager
    async def opened() -> AsyncGenerator[TransportStreams]:
        client = _NotingClient(
            headers=address.headers,
            timeout=httpx2.Timeout(_CONNECT, read=_SILENCE),
            auth=login,
        )
        client.notes = notes
        async with (
            client,
            streamable_http_client(
                address.url, http_client=client, max_sse_event_size=LONGEST_MESSAGE
            ) as streams,
        ):
            yield streams

    return opened()
