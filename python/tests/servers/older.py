"""A server made with the SDK of the older revisions: `older.py`, or `older.py http`.

The latter prints its port. The SDK is that of .venv/share/lathe-old-servers, which is not the one
that types are checked with.
"""

# pyright: basic, reportAttributeAccessIssue=false

import socket
import sys

import uvicorn
from mcp.server.fastmcp import Context, FastMCP
from pydantic import BaseModel

server = FastMCP("older")


class Name(BaseModel):
    name: str


@server.tool()
async def greet(ctx: Context) -> str:
    """Ask the user for a name."""
    answer = await ctx.elicit("Who are you?", Name)
    return f"Hello {answer.data.name}" if answer.action == "accept" else answer.action


@server.tool()
async def steps(count: int, ctx: Context) -> str:
    """Say how far it is."""
    for each in range(count):
        await ctx.report_progress(each + 1, count)
    return "done"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        print(listening.getsockname()[1], flush=True)
        app = server.streamable_http_app()
        uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])
    else:
        server.run("stdio")
