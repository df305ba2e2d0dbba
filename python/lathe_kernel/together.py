"""What the `lathe` object offers for work in the background and for much at once."""

import functools
from collections.abc import Callable
from typing import Any

from lathe_kernel import choosing, delegation
from lathe_kernel.background import Background, Results, Subtasks, with_later
from lathe_kernel.choosing import AgentFound
from lathe_kernel.delegation import InlineAgent
from lathe_kernel.kept import KeptFiles
from lathe_kernel.labels import labelled
from lathe_kernel.schema import schema_of
from lathe_kernel.subtasks import Subtask


class Together:
    """Handles of work that goes on beside cells; a part of the `lathe` object."""

    _background: Background
    _store: KeptFiles

    def gather(self, *work: object, return_exceptions: bool = False) -> Results:
        """Wait for work in the background; return all results in order.

        Example: `lathe.gather(add_contact.later(n) for n in names)` begins and awaits a thousand
        calls; `lathe.gather(a, b)` takes handles. The first failure is raised once all have ended,
        unless `return_exceptions`.
        """
        return self._background.gather(work, return_exceptions=return_exceptions)

    def wait(
        self, *work: object, timeout: float | None = None
    ) -> tuple[list[Subtask], list[Subtask]]:
        """Wait until any of these has ended, or the time is up; return (ended, running).

        Example: `ended, running = lathe.wait(handles)`; `[one.result() for one in ended]`
        """
        return self._background.wait(work, timeout)

    def subtask(self, uri: str) -> Subtask:
        """Return the handle of work that an earlier cell or turn has begun.

        Example: `lathe.subtask("subtask://7").result()`
        """
        return self._background.found(uri)

    def subtasks(self) -> Subtasks:
        """Return handles of all work that was begun here, newest first.

        Example: `[one for one in lathe.subtasks() if one.status == "running"]`
        """
        return self._background.all()

    def _offer_later(self) -> None:
        """Give `delegate`, `delegate_each` and `ask_model` their form in the background."""
        laters: dict[str, Callable[..., Any]] = {
            "delegate": self._delegate_later,
            "delegate_each": self._delegate_each_later,
            "ask_model": self._ask_model_later,
        }
        # Functions of the instance, since a method cannot have `.later`.
        for name, later in laters.items():
            self.__dict__[name] = with_later(_function(getattr(self, name)), _function(later))

    def _delegate_later(self, *arguments: Any, **named: Any) -> Subtask:
        call: Any = self.__dict__["delegate"]
        return call(*arguments, **named)

    def _delegate_each_later(
        self,
        agent: str | InlineAgent | AgentFound | None,
        slices: Any,
        task: str = "",
        returns: object = None,
        parallel: int = 8,
        **options: Any,
    ) -> list[Subtask]:
        within = options.pop("limits", None)
        choice = choosing.chosen(self._background.channel, agent, task)
        shared = delegation.request(
            agent,
            task,
            returns=returns,
            parallel=parallel,
            within=within,
            choice=choice,
            **options,
        )
        return delegation.begun(self._background, self._store, shared, labelled(slices))

    def _ask_model_later(
        self, prompt: str, model: str | None = None, returns: object = None
    ) -> Subtask:
        arguments = {"prompt": prompt, "model": model, "returns": schema_of(returns)}
        return self._background.begin("ask_model", arguments, prompt, "question")


def _function(method: Callable[..., Any]) -> Any:
    @functools.wraps(method)
    def call(*arguments: Any, **named: Any) -> Any:
        return method(*arguments, **named)

    return call
