"""Agents of agent-framework: Python as a function, sub-agents as tools."""

# Its packages are not among those that types are checked with.
# pyright: basic, reportMissingImports=false

from agent_framework import Agent
from agent_framework.openai import OpenAIChatCompletionClient

from lathe_bench import agent_job
from lathe_bench.agent_peers.python_cell import python_cell

_TURNS = 100


class FrameworkSide:
    """Runs jobs with agent-framework."""

    async def turns(self, task: str, model: str) -> str:
        """Let one agent run cell after cell."""
        agent = Agent(_client(model), "Work by calling python(code).", tools=[_python({})])
        return (await agent.run(task)).text

    async def fan_out(self, task: str, count: int, model: str) -> str:
        """Let an agent call another as a tool; calls of one reply run at the same time."""
        worker = Agent(
            _client(model),
            "Add up what you are asked for with python(code).",
            name="adder",
            description="Add up a part of the table.",
            tools=[_python({"parts": agent_job.parts(count)})],
        )
        coordinator = Agent(_client(model), "Give each part to adder.", tools=[worker.as_tool()])
        return (await coordinator.run(task)).text


def _client(address: str) -> OpenAIChatCompletionClient:
    client = OpenAIChatCompletionClient("scripted", base_url=address, api_key="none")
    client.function_invocation_configuration["max_iterations"] = _TURNS
    return client


def _python(names: dict):
    run = python_cell(names)

    async def python(code: str) -> str:
        """Run Python and return what it prints."""
        return run(code)

    return python


def side() -> FrameworkSide:
    """Return the framework."""
    return FrameworkSide()
