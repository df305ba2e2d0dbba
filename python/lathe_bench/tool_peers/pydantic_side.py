"""Give a task to an agent of pydantic-ai whose tools are those of MCP servers."""

# Its packages are not among those that types are checked with.
# pyright: basic, reportMissingImports=false

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


async def main(path: str) -> None:
    """Run the task to its end."""
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    toolsets = []
    for words in job["servers"].values():
        toolset = MCPToolset(StdioTransport(words[0], words[1:]), init_timeout=60)
        toolsets.append(toolset.defer_loading() if job["deferred"] else toolset)
    provider = OpenAIProvider(base_url=job["model"], api_key="none")
    agent = Agent(OpenAIChatModel("scripted", provider=provider), toolsets=toolsets)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(agent)
        print((await agent.run(job["task"])).output)


asyncio.run(main(sys.argv[1]))
