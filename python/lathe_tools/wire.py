"""Lines of JSON between lathe and the tool host, over the socket that is standard input.

Each line is one object. lathe asks {"id", "method", "params"} and gets {"id", "result"} or
{"id", "error"}, in the order in which answers are ready. The host tells {"event", …}, and asks
{"ask", "method", …}, which lathe answers with {"answer", "result"}. What is longer than
`_LONGEST_INLINE` goes into a file of the exchange folder: {"id", "file": {"name", "bytes",
"sha256"}}; lathe removes it once it is read.
"""

import asyncio
import hashlib
import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

LONGEST_MESSAGE = 32 << 20
"""Bytes of one message, of lathe's and of a server's."""

_LONGEST_INLINE = 256 << 10


class Wire:
    """The host's end of the socket. All methods from the event loop's thread."""

    def __init__(self, exchange: Path) -> None:
        """Take the folder for what is too long for a line; lathe made it for this process alone."""
        self._exchange = exchange
        self._files = 0
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._asks = 0
        self._lock = asyncio.Lock()
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def open(self) -> None:
        """Take over the socket; standard input and output are nothing from then on."""
        connection = socket.socket(fileno=os.dup(0))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(nowhere, descriptor)
        os.close(nowhere)
        self._reader, self._writer = await asyncio.open_connection(
            sock=connection, limit=LONGEST_MESSAGE
        )

    async def requests(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what lathe asks, until it closes its end. Answers go to who waits for them."""
        while line := await self._reader.readline():
            message: object = json.loads(line)
            if not isinstance(message, dict):
                raise ValueError("a line of lathe is no object")
            given = cast("dict[str, Any]", message)
            if "answer" not in given:
                yield given
                continue
            waiting = self._asked.pop(given["answer"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(given.get("result") or {})

    async def answer(self, request: int, result: dict[str, Any]) -> None:
        """Send the result of a request, by a file where it is long."""
        text = _encoded(result)
        if len(text) <= _LONGEST_INLINE:
            await self._send({"id": request, "result": result})
            return
        self._files += 1
        name = f"result-{self._files}.json"
        descriptor = os.open(
            self._exchange / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
        sha256 = hashlib.sha256(text).hexdigest()
        await self._send(
            {"id": request, "file": {"name": name, "bytes": len(text), "sha256": sha256}}
        )

    async def refuse(self, request: int, error: dict[str, Any]) -> None:
        """Send the error of a request."""
        await self._send({"id": request, "error": error})

    async def tell(self, event: str, **members: object) -> None:
        """Send what happened, which nobody answers."""
        await self._send({"event": event, **members})

    async def ask(self, method: str, **members: object) -> dict[str, Any]:
        """Ask lathe, and wait for its answer."""
        self._asks += 1
        number = self._asks
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            await self._send({"ask": number, "method": method, **members})
            return await answer
        finally:
            self._asked.pop(number, None)

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._lock:
            self._writer.write(_encoded(message) + b"\n")
            await self._writer.drain()


def _encoded(value: dict[str, Any]) -> bytes:
    # A lone surrogate of a server must not end the process; lathe takes UTF-8 only.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode(errors="replace")
