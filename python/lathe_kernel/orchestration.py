"""The part of the `lathe` object by which several agents work on one question."""

from typing import Any

from lathe_kernel import computed, delegation, roundtable
from lathe_kernel import handoff as handing
from lathe_kernel.background import Background
from lathe_kernel.channel import Channel, close
from lathe_kernel.computed import Evidence
from lathe_kernel.delegation import InlineAgent
from lathe_kernel.kept import KeptFiles
from lathe_kernel.recording import Recorder
from lathe_kernel.roundtable_result import Roundtable


class Orchestration:
    """Roundtables of opposed experts, and handoffs to another agent."""

    _channel: Channel
    _background: Background
    _store: KeptFiles
    _recorder: Recorder

    def roundtable(
        self,
        question: str,
        data: object = None,
        seats: int | None = None,
        rounds: int = 3,
        budget: dict[str, Any] | None = None,
        model: str | None = None,
    ) -> Roundtable:
        """Have opposed experts examine a question and each other, and tell what they agree on.

        Example: `table = lathe.roundtable("Is the discount worth it?", data=sales); print(table)`

        Four to six experts, chosen for the question, each in subtasks of its own on the same
        `data`, in `rounds` of 2 to 5: findings, cross-examination, final position. Then a
        synthesis: `.consensus`, `.dissent`, `.settle`, `.table` (a DataFrame of claims with
        subtask and cells), `.markdown()`. `budget={"tokens": 500_000, "usd": 1, "time": "10min"}`
        bounds all of it; the worst case is printed first. It is worth its cost where good people
        would disagree; what can be computed, compute.

        Raises:
            LatheError: the budget has no room for it, or it may not begin here; nothing was spent.
        """
        what = roundtable.asked(question, data, seats, rounds, budget, model)
        return roundtable.run(self._background, self._store, what)

    def handoff(
        self,
        agent: str | InlineAgent,
        goal: str,
        data: object = None,
        questions: object = (),
        so_far: str = "",
        within: object = "2min",
        approve: bool | None = None,
        returns: object = None,
        model: str | None = None,
        max_turns: int | None = None,
        limits: object = None,
        budget: dict[str, Any] | None = None,
    ) -> Any:
        """Hand a goal over to another agent, which must accept; return its result as your own.

        Example: `r = lathe.handoff("modeller", "Fit it by hour", data=df, returns={"r2": float})`

        It gets the goal, what was done (`so_far`, and an extract of the journal), the open
        `questions`, the data by reference, and what is left of the budget. A checkpoint is made
        first: where it declines, does not accept `within` a time, or fails, all variables go back
        to it when the cell has ended, and HandoffRolledBack says why. `approve=True` asks the
        user in any case; otherwise the rule `handoff.approve` of lathe.json decides.

        Raises:
            HandoffRolledBack: it came to nothing; the memory is as it was before this call.
            LatheError: it may not be handed over, or no checkpoint can be made; nothing happened.
        """
        what = handing.asked(agent, goal, data, questions, so_far, within, approve)
        shared = delegation.request(
            agent,
            "",
            returns=returns,
            model=model,
            max_turns=max_turns,
            within=limits,
            budget=budget,
            required=False,
        )
        return handing.run(self._background, self._store, what, shared)

    def accept(self) -> None:
        """Take over what was handed to you with `lathe.handoff`; then finish with `lathe.answer`.

        Example: `lathe.accept()`
        """
        close(self._channel.call("accept", {}).descriptors)
        print("[accepted: finish with lathe.answer(value)]")

    def decline(self, reason: str) -> None:
        """Refuse what was handed to you, with the reason; your work ends with this cell.

        Example: `lathe.decline("the data has no dates")`
        """
        close(self._channel.call("decline", {"reason": reason}).descriptors)

    def evidence(self, what: str, value: object) -> Evidence:
        """Return a computed figure with the number of the cell that computed it, for a claim.

        Example: `e = lathe.evidence("mean delay after 17:00, minutes", late.mean())`
        """
        return computed.HERE.evidence(what, value, self._recorder.cell)

    def heard(self, name: str) -> dict[str, Any]:
        """Return the whole of a claim or a challenge, in the kernel of a roundtable's expert.

        Example: `lathe.heard("B2")["evidence"]`
        """
        return computed.HERE.heard(name)
