"""Give a task to an agent of agno whose tools are those of MCP servers."""

# Its packages are not among those that types are checked with.
# pyright: basic, reportMissingImports=false

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from agno.agent import Agent
from agno.models.openai import OpenAIChat
from agno.tools.mcp import MCPTools
from mcp import StdioServerParameters


async def main(path: str) -> None:
    """Run the task to its end."""
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    async with AsyncExitStack() as stack:
        tools = []
        for words in job["servers"].values():
            started = StdioServerParameters(command=words[0], args=words[1:])
            toolkit = MCPTools(server_params=started, transport="stdio", timeout_seconds=60)
            tools.append(await stack.enter_async_context(toolkit))
        model = OpenAIChat(id="scripted", base_url=job["model"], api_key="none")
        agent = Agent(model=model, tools=tools, telemetry=False)
        print((await agent.arun(job["task"])).content)


asyncio.run(main(sys.argv[1]))
