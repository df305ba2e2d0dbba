"""A server made with the SDK: shapes of results, questions to the user, progress.

`shapes.py` on standard input and output; `shapes.py MODE` over HTTP, which prints its port.
"""

import os
import socket
import sys
from typing import Annotated, Any

import anyio
import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_types import (
    AudioContent,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel

server = MCPServer("shapes", version="1", instructions="Ask nicely.")


class Point(BaseModel):
    x: float
    y: float


@server.tool()
def point(x: float, y: float = 0) -> Point:
    """A point."""
    return Point(x=x, y=y)


@server.tool()
def everything() -> CallToolResult:
    """One of each."""
    return CallToolResult(
        content=[
            TextContent(type="text", text="words"),
            ImageContent(type="image", data="iVBORw0KGgo=", mime_type="image/png"),
            AudioContent(type="audio", data="UklGRg==", mime_type="audio/wav"),
            ResourceLink(type="resource_link", uri="file:///report", name="report"),
            EmbeddedResource(
                type="resource", resource=TextResourceContents(uri="note://1", text="a note")
            ),
        ]
    )


@server.tool()
def surroundings() -> dict[str, str]:
    """What the process was given."""
    return dict(os.environ)


@server.tool()
async def steps(count: int, ctx: Context[Any]) -> str:
    """Say how far it is."""
    for each in range(count):
        await ctx.report_progress(each + 1, count, f"step {each + 1}")
    return "done"


@server.tool()
async def slow(seconds: float) -> str:
    """Take its time."""
    await anyio.sleep(seconds)
    return "slept"


class Name(BaseModel):
    name: str


async def asked() -> Elicit[Name]:
    return Elicit("Who are you?", Name)


@server.tool()
async def greet(name: Annotated[Name, Resolve(asked)]) -> str:
    """Ask the user for a name."""
    return f"Hello {name.name}"


@server.resource("note://all")
def notes() -> str:
    """All notes."""
    return "first note"


@server.prompt()
def review(code: str) -> str:
    """Ask for a review."""
    return f"Review {code}"


def over_http(mode: str) -> None:
    app: Any = server.streamable_http_app(stateless_http=mode == "stateless")
    if mode == "closed":
        inner = app

        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            headers = dict(scope.get("headers") or [])
            if scope["type"] == "http" and headers.get(b"authorization") != b"Bearer right":
                await send({"type": "http.response.start", "status": 401, "headers": []})
                await send({"type": "http.response.body", "body": b"no"})
                return
            await inner(scope, receive, send)

        app = guarded
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        over_http(sys.argv[1])
    else:
        server.run("stdio")
