"""Calls of a tool by the SDK's own client: `bare_client.py COUNT AT_ONCE WORD…`, a server's words.

Prints JSON: `{"one": [seconds], "together": seconds}`, the latter for AT_ONCE calls side by side.
"""

import asyncio
import json
import sys
import time
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

TOOL = "get_current_time"
ARGUMENTS = {"timezone": "UTC"}
WARM = 20


async def main(count: int, at_once: int, command: list[str]) -> None:
    """Call so often one after the other, then so often at once."""
    parameters = StdioServerParameters(command=command[0], args=command[1:])
    async with Client(stdio_client(parameters)) as client:
        one = [await _timed(client) for _ in range(WARM + count)]
        began = time.perf_counter()
        await asyncio.gather(*(_timed(client) for _ in range(at_once)))
        together = time.perf_counter() - began
    print(json.dumps({"one": one[WARM:], "together": together}))


async def _timed(client: Client) -> float:
    began = time.perf_counter()
    result: Any = await client.call_tool(TOOL, ARGUMENTS)
    took = time.perf_counter() - began
    if result.is_error or result.structured_content["timezone"] != "UTC":
        raise ValueError(f"the server answered {result}")
    return took


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
