"""Give a task to a CodeAgent of smolagents whose tools are those of MCP servers."""

# Its packages are not among those that types are checked with.
# pyright: basic, reportMissingImports=false

import json
import sys
from contextlib import nullcontext
from pathlib import Path

from mcp import StdioServerParameters
from smolagents import CodeAgent, MCPClient, OpenAIModel


def main(path: str) -> None:
    """Run the task to its end."""
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    servers = [
        StdioServerParameters(command=words[0], args=words[1:]) for words in job["servers"].values()
    ]
    patience = {"connect_timeout": 120, "client_session_timeout_seconds": 120.0}
    model = OpenAIModel("scripted", api_base=job["model"], api_key="none")
    client = (
        MCPClient(servers, adapter_kwargs=patience, structured_output=True) if servers else None
    )
    with client or nullcontext([]) as tools:
        print(CodeAgent(tools=tools, model=model).run(job["task"]))


main(sys.argv[1])
