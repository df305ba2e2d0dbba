"""The address on this machine to which an authorization server sends the browser back."""

import asyncio
import secrets
from html import escape
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from mcp.client.auth import OAuthFlowError

_LONGEST = 16 << 10
_PATIENCE = 10.0


class Callback:
    """Listens on a port of loopback; takes the one answer that has the state of the login."""

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self.address = ""
        self._state = ""
        self._server: asyncio.Server | None = None
        self._answer: asyncio.Future[dict[str, str]] | None = None

    async def __aenter__(self) -> "Callback":
        """Listen."""
        self._answer = asyncio.get_running_loop().create_future()
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=_LONGEST, backlog=16
        )
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/callback"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def expect(self, address: str) -> None:
        """Take the state from the address that the user is sent to."""
        self._state = parse_qs(urlsplit(address).query).get("state", [""])[0]

    async def answer(self) -> tuple[str, str, str | None]:
        """Return code, state and issuer, once the browser came back.

        Raises:
            OAuthFlowError: the login was refused there.
        """
        if self._answer is None:
            raise OAuthFlowError("nobody listens for the answer")
        given = await self._answer
        if "code" not in given:
            why = given.get("error_description") or given.get("error") or "there is no code"
            raise OAuthFlowError(f"the login was refused: {why}")
        return given["code"], given["state"], given.get("iss")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                line = (await reader.readline()).decode("latin-1").split()
                # What a browser sends with it is of no use here.
                while (await reader.readline()).strip():
                    pass
                status, text = self._taken(line)
                body = f"<!doctype html><title>Lathe</title><p>{escape(text)}</p>".encode()
                head = (
                    f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
                    f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\n"
                    "Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode() + body)
                await writer.drain()
        except (TimeoutError, ValueError, ConnectionError):
            pass
        finally:
            writer.close()

    def _taken(self, line: list[str]) -> tuple[str, str]:
        parts = urlsplit(line[1]) if len(line) == 3 and line[0] == "GET" else urlsplit("")
        if parts.path != "/callback":
            return "404 Not Found", "There is nothing here."
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        # Any page and any program of this machine can knock here: only who has the state counts.
        has_state = secrets.compare_digest(given.get("state", "").encode(), self._state.encode())
        if not self._state or not has_state or self._answer is None:
            return "400 Bad Request", "This is not the login that was begun."
        if not self._answer.done():
            self._answer.set_result(given)
        return "200 OK", "Lathe has the answer. You can close this page."
