"""Agents of pydantic-ai: Python as a tool, sub-agents by delegation in a tool."""

# Its packages are not among those that types are checked with.
# pyright: basic, reportMissingImports=false

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.usage import UsageLimits

from lathe_bench import agent_job
from lathe_bench.agent_peers.python_cell import python_cell

_UNLIMITED = UsageLimits(request_limit=None)


class PydanticSide:
    """Runs jobs with pydantic-ai."""

    async def turns(self, task: str, model: str) -> str:
        """Let one agent run cell after cell."""
        agent = Agent(_model(model), instructions="Work by calling python(code).")
        agent.tool_plain(_python({}))
        return (await agent.run(task, usage_limits=_UNLIMITED)).output

    async def fan_out(self, task: str, count: int, model: str) -> str:
        """Let an agent delegate; calls of one reply run at the same time."""
        chat = _model(model)
        worker = Agent(chat, instructions="Add up what you are asked for with python(code).")
        worker.tool_plain(_python({"parts": agent_job.parts(count)}))
        coordinator = Agent(chat, instructions="Give each part to adder(part).")

        @coordinator.tool_plain
        async def adder(part: int) -> str:
            """Add up a part of the table."""
            done = await worker.run(agent_job.worker_task(part), usage_limits=_UNLIMITED)
            return done.output

        return (await coordinator.run(task, usage_limits=_UNLIMITED)).output


def _model(address: str) -> OpenAIChatModel:
    return OpenAIChatModel("scripted", provider=OpenAIProvider(base_url=address, api_key="none"))


def _python(names: dict):
    run = python_cell(names)

    async def python(code: str) -> str:
        """Run Python and return what it prints."""
        return run(code)

    return python


def side() -> PydanticSide:
    """Return the framework."""
    return PydanticSide()
