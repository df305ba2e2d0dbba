"""What the scripted model replies for each way of giving it tools, until the right call is made.

A script knows the task, the need to search for and the name of the right tool, but calls that only
once its name and those of its arguments have stood in a request: what was never said to a model
could not be called by it.
"""

import time
from collections.abc import Iterator
from typing import Any

from lathe_bench import tokens
from lathe_bench.scripted_model import Call, Reply, Words
from lathe_bench.tool_tasks import Task


class Steps:
    """A script as steps: before the last ones, whatever makes the tool known."""

    def __init__(self, task: Task | None, looks: Iterator[Reply], call: Reply, end: Reply) -> None:
        """Take what to try until the tool is known, the call of it, and the last reply.

        Without a task there is nothing to call.
        """
        self._task = task
        self._looks = looks
        self._call = call
        self.end = end
        self.calling: int | None = None
        self.asked: float | None = None
        """When the first request came, by the clock of `time.perf_counter`."""

    def __call__(self, index: int, request: dict[str, Any]) -> Reply:
        """Return the next reply."""
        self.asked = self.asked or time.perf_counter()
        if self._task is None or self.calling is not None:
            return self.end
        if not _is_known(self._task, request):
            found = next(self._looks, None)
            if found is None:
                raise ValueError(f"{self._task.tool} was never shown to the model")
            return found
        self.calling = index
        return self._call


def _is_known(task: Task, request: dict[str, Any]) -> bool:
    text = tokens.told(request)
    return all(word in text for word in (task.tool, *task.arguments))


def without_tools(steps: Steps) -> Steps:
    """The same where there is no tool to call: the last reply alone."""
    return Steps(None, iter(()), steps.end, steps.end)


def declared(task: Task) -> Steps:
    """The tool is declared with its schema, and called."""
    return Steps(task, iter(()), Call(task.tool, task.arguments), Words("It is 00:30."))


def searched(task: Task) -> Steps:
    """Tools wait until they are searched for."""
    look = Call("search_tools", {"queries": [task.need]})
    return Steps(task, iter([look]), Call(task.tool, task.arguments), Words("It is 00:30."))


def smolagents(task: Task) -> Steps:
    """The tools are functions in the prompt; a reply is a thought and code."""
    call = Words(f"Thought: one call is enough.\n<code>\nprint({task.tool}({task.code}))\n</code>")
    end = Words('Thought: that is it.\n<code>\nfinal_answer("It is 00:30.")\n</code>')
    return Steps(task, iter(()), call, end)


def lathe(task: Task) -> Steps:
    """The tool is searched for in a cell, then imported and called."""
    looks = (
        f"print(lathe.find({task.need!r}))",
        "print(dir(lathe.tools))",
        f"help(lathe.tools.{task.server}.{task.tool})",
    )
    called = f"from lathe.tools.{task.server} import {task.tool}\nprint({task.tool}({task.code}))"
    cells = [Call("python", {"code": code}) for code in (*looks, called)]
    end = Call("python", {"code": 'lathe.answer("It is 00:30.")'})
    return Steps(task, iter(cells[:-1]), cells[-1], end)
