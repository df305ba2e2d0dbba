"""The requests of lathe, many at once, each answered when it is ready."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from lathe_signatures.names import identifiers
from lathe_tools.configured import edited
from lathe_tools.definition import Definition
from lathe_tools.described import described, stubbed
from lathe_tools.faults import Fault
from lathe_tools.link import ServerLink
from lathe_tools.login_run import log_in, log_out
from lathe_tools.wire import Wire

_MOST_SECONDS = 24 * 3600.0


class Host:
    """All servers, by their names."""

    def __init__(self, wire: Wire) -> None:
        """Begin without servers."""
        self._wire = wire
        self._links: dict[str, ServerLink] = {}
        self._running: dict[int, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Answer until lathe closes its end, then end all servers."""
        try:
            async for message in self._wire.requests():
                number = int(message["id"])
                self._running[number] = asyncio.create_task(self._answer(number, message))
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await self._close(list(self._links))

    async def _answer(self, number: int, message: dict[str, Any]) -> None:
        try:
            result = await self._result(number, str(message["method"]), message.get("params") or {})
            await self._wire.answer(number, result)
        except Fault as fault:
            await self._wire.refuse(number, fault.json())
        except asyncio.CancelledError:
            await self._wire.refuse(number, Fault("cancelled", "it was cancelled").json())
        except ConnectionError:
            # lathe is gone; `serve` ends with it.
            pass
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            await self._wire.refuse(number, Fault("failed", reason).json())
        finally:
            self._running.pop(number, None)

    async def _result(self, number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "define":
                return await self._define(Definition.of(params))
            case "cancel":
                task = self._running.get(int(params["request"]))
                if task is not None:
                    task.cancel()
                return {"found": task is not None}
            case "close":
                await self._close(
                    [str(params["server"])] if "server" in params else list(self._links)
                )
                return {}
            case "names":
                return {"names": identifiers(str(each) for each in params["names"])}
            case "describe":
                return described(params["tools"])
            case "stubs":
                return stubbed(params["servers"])
            case "edit":
                return edited(str(params["text"]), str(params["name"]), params.get("definition"))
            case _:
                link = self._links.get(str(params.get("server")))
                if link is None:
                    raise Fault("not_defined", f"there is no server '{params.get('server')}'")
                seconds = min(float(params.get("timeout") or 60), _MOST_SECONDS)
                async with link.limited(number, seconds):
                    return await self._asked(link, number, method, params)

    def _asked(
        self, link: ServerLink, number: int, method: str, params: dict[str, Any]
    ) -> Awaitable[dict[str, Any]]:
        match method:
            case "about":
                return link.about()
            case "list":
                return link.list_tools()
            case "login" | "logout":
                return self._logged(link, number, method)
            case "call":
                return link.call(number, str(params["tool"]), params.get("arguments") or {})
            case "resources":
                return link.list_resources()
            case "read":
                return link.read_resource(str(params["uri"]))
            case "prompts":
                return link.list_prompts()
            case "prompt":
                return link.get_prompt(str(params["name"]), params.get("arguments") or {})
            case _:
                raise Fault("bad_request", f"there is no method '{method}'")

    async def _logged(self, link: ServerLink, number: int, method: str) -> dict[str, Any]:
        # What speaks to it meanwhile would still use the login of before.
        await link.close()
        if method == "logout":
            return await log_out(link.definition)
        return await log_in(link.definition, number, self._wire)

    async def _define(self, definition: Definition) -> dict[str, Any]:
        """Take a definition; a server that was another is ended."""
        known = self._links.get(definition.name)
        if known is not None:
            if known.definition == definition:
                return {}
            await known.close()
        self._links[definition.name] = ServerLink(definition, self._wire)
        return {}

    async def _close(self, names: list[str]) -> None:
        links = [self._links.pop(name) for name in names if name in self._links]
        await asyncio.gather(*(link.close() for link in links), return_exceptions=True)
