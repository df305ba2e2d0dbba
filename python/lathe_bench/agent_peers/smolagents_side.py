"""Agents of smolagents: CodeAgent with its own interpreter, sub-agents as managed agents."""

# Its packages are not among those that types are checked with.
# pyright: basic, reportMissingImports=false

from smolagents import CodeAgent, OpenAIModel
from smolagents.monitoring import LogLevel

from lathe_bench import agent_job

_STEPS = 100


class SmolagentsSide:
    """Runs jobs with smolagents; a managed agent holds its own memory, so one job at a time."""

    async def turns(self, task: str, model: str) -> str:
        """Let one agent run cell after cell."""
        agent = CodeAgent(
            tools=[], model=_model(model), max_steps=_STEPS, verbosity_level=LogLevel.OFF
        )
        return str(agent.run(task))

    async def fan_out(self, task: str, count: int, model: str) -> str:
        """Let an agent's code call another one."""
        chat = _model(model)
        worker = CodeAgent(
            tools=[],
            model=chat,
            name="adder",
            description="Adds up a part of the table.",
            verbosity_level=LogLevel.OFF,
        )
        coordinator = CodeAgent(
            tools=[], model=chat, managed_agents=[worker], verbosity_level=LogLevel.OFF
        )
        # As variables: handed over as arguments they would stand in the prompt.
        worker.state["parts"] = agent_job.parts(count)
        return str(coordinator.run(task))


def _model(address: str) -> OpenAIModel:
    return OpenAIModel("scripted", api_base=address, api_key="none")


def side() -> SmolagentsSide:
    """Return the framework."""
    return SmolagentsSide()
