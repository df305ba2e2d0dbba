"""Agents of langgraph, made by create_agent: Python as a tool, sub-agents behind a tool."""

# Its packages are not among those that types are checked with.
# pyright: basic, reportMissingImports=false

from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from lathe_bench import agent_job
from lathe_bench.agent_peers.python_cell import python_cell

_STEPS = {"recursion_limit": 10_000}


class LanggraphSide:
    """Runs jobs with langgraph."""

    async def turns(self, task: str, model: str) -> str:
        """Let one agent run cell after cell."""
        agent = create_agent(
            _model(model), [_python({})], system_prompt="Work by calling python(code)."
        )
        return await _said(agent, task)

    async def fan_out(self, task: str, count: int, model: str) -> str:
        """Let an agent call another in a tool; calls of one reply run at the same time."""
        chat = _model(model)
        worker = create_agent(
            chat,
            [_python({"parts": agent_job.parts(count)})],
            system_prompt="Add up what you are asked for with python(code).",
        )

        @tool
        async def adder(part: int) -> str:
            """Add up a part of the table."""
            return await _said(worker, agent_job.worker_task(part))

        coordinator = create_agent(chat, [adder], system_prompt="Give each part to adder(part).")
        return await _said(coordinator, task)


async def _said(agent, task: str) -> str:
    asked = {"messages": [{"role": "user", "content": task}]}
    return (await agent.ainvoke(asked, config=_STEPS))["messages"][-1].content


def _model(address: str) -> ChatOpenAI:
    return ChatOpenAI(model="scripted", base_url=address, api_key="none")


def _python(names: dict):
    run = python_cell(names)

    @tool
    async def python(code: str) -> str:
        """Run Python and return what it prints."""
        return run(code)

    return python


def side() -> LanggraphSide:
    """Return the framework."""
    return LanggraphSide()
