"""What a framework does for a measurement."""

from typing import Protocol


class Side(Protocol):
    """A framework, as its documentation says that it is used."""

    async def turns(self, task: str, model: str) -> str:
        """Give a task to an agent that runs Python, at the model's address; return its answer."""
        ...

    async def fan_out(self, task: str, count: int, model: str) -> str:
        """Give a task to an agent whose sub-agents have the table; return its answer."""
        ...
