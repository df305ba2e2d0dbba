"""Agents of openai-agents: Python as a function tool, sub-agents as tools."""

# Its packages are not among those that types are checked with.
# pyright: basic, reportMissingImports=false

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from openai import AsyncOpenAI

from lathe_bench import agent_job
from lathe_bench.agent_peers.python_cell import python_cell

_TURNS = 100


class OpenAIAgentsSide:
    """Runs jobs with openai-agents."""

    async def turns(self, task: str, model: str) -> str:
        """Let one agent run cell after cell."""
        agent = Agent(
            name="coordinator",
            instructions="Work by calling python(code).",
            model=_model(model),
            tools=[_python({})],
        )
        return (await Runner.run(agent, task, max_turns=_TURNS)).final_output

    async def fan_out(self, task: str, count: int, model: str) -> str:
        """Let an agent call another as a tool; calls of one reply run at the same time."""
        chat = _model(model)
        worker = Agent(
            name="adder",
            instructions="Add up what you are asked for with python(code).",
            model=chat,
            tools=[_python({"parts": agent_job.parts(count)})],
        )
        coordinator = Agent(
            name="coordinator",
            instructions="Give each part to adder.",
            model=chat,
            tools=[worker.as_tool("adder", "Add up a part of the table.")],
        )
        return (await Runner.run(coordinator, task, max_turns=_TURNS)).final_output


def _model(address: str) -> OpenAIChatCompletionsModel:
    client = AsyncOpenAI(base_url=address, api_key="none")
    return OpenAIChatCompletionsModel("scripted", openai_client=client)


def _python(names: dict):
    run = python_cell(names)

    @function_tool
    async def python(code: str) -> str:
        """Run Python and return what it prints."""
        return run(code)

    return python


def side() -> OpenAIAgentsSide:
    """Return the framework."""
    set_tracing_disabled(True)
    return OpenAIAgentsSide()
