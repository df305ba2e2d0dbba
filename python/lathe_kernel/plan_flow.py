"""What flows between the steps of a plan: results by reference, and words where they are told."""

from collections.abc import Iterable
from typing import cast

from lathe_kernel.errors import LatheError
from lathe_kernel.plan import Plan
from lathe_kernel.plan_steps import OWN, Step
from lathe_kernel.results import DataHandle


class DataGone(Exception):
    """The data of a finished step ended with an earlier program run."""

    def __init__(self, step: str) -> None:
        """Name the step that is to run again."""
        super().__init__(step)
        self.step = step


class Flow:
    """Who gets what of whom."""

    def __init__(self, plan: Plan) -> None:
        """Follow one plan, as it is at each moment."""
        self._plan = plan

    def is_ready(self, one: Step) -> bool:
        """Whether all that a step needs is over, and all that those asked for."""
        above = self._above(one)
        return all(
            self._plan.standing(name).is_over if name in above else self._is_over(name)
            for name in one.needs
        )

    def lacking(self, one: Step) -> str | None:
        """Return which required step without a result keeps a step from running."""
        needed = list(one.needs)
        if self._plan.strategy == "sequential":
            names = [other.name for other in self._plan.steps]
            needed += names[: names.index(one.name)]
        for name in self._with_parts(needed, self._above(one)):
            standing = self._plan.standing(name)
            if standing.state in ("failed", "not_run") and self._plan[name].required:
                return f"{name!r} has no result, and it is required"
        return None

    def data(self, one: Step) -> tuple[object, dict[str, object] | None, dict[str, str]]:
        """Return what a step gets by reference, by name where it needs others, and what lacks.

        Raises:
            DataGone: a step whose data it needs has to run again.
        """
        if not one.needs:
            return one.data, None, {}
        given: dict[str, object] = {}
        missing: dict[str, str] = {}
        for name in self._with_parts(one.needs, self._above(one)):
            standing = self._plan.standing(name)
            given[name] = standing.value
            if standing.state != "complete":
                missing[name] = standing.reason
            elif any(isinstance(part, DataHandle) for part in _parts(standing.value)):
                raise DataGone(name)
        if one.data is not None:
            given[OWN] = one.data
        return given, given, missing

    def found(self, one: Step) -> dict[str, object]:
        """Return what is told of steps whose results it does not get."""
        if self._plan.strategy != "sequential" and not self._plan.share:
            return {}
        return {
            other.name: self._plan.standing(other.name).value
            for other in self._plan.steps
            if other.name not in one.needs and self._plan.standing(other.name).state == "complete"
        }

    def partners(self, one: Step) -> tuple[str, ...]:
        """Return the steps that one may write to: those that either of both names."""
        others = [other for other in self._plan.steps if other.name != one.name]
        return tuple(
            other.name for other in others if other.name in one.talk or one.name in other.talk
        )

    def _parts_of(self, name: str) -> list[str]:
        return [one.name for one in self._plan.steps if one.by == name]

    def _above(self, one: Step) -> set[str]:
        """Return the steps that asked for a step, and for those."""
        above: set[str] = set()
        by = one.by
        while by is not None and by not in above:
            above.add(by)
            by = next((other.by for other in self._plan.steps if other.name == by), None)
        return above

    def _is_over(self, name: str) -> bool:
        """Whether a step and all that it asked for are over."""
        return self._plan.standing(name).is_over and all(map(self._is_over, self._parts_of(name)))

    def _with_parts(self, names: Iterable[str], above: set[str]) -> list[str]:
        found: list[str] = []
        for name in names:
            found.append(name)
            if name not in above:
                found += self._with_parts(self._parts_of(name), above)
        return list(dict.fromkeys(found))


def taken(value: object) -> object:
    """Return a result with its data brought here; what is gone stays a handle.

    Raises:
        LatheError: data is not as it was described.
    """
    if isinstance(value, DataHandle):
        try:
            return cast("object", value.take())
        except LatheError as error:
            if error.code == "gone":
                return value
            raise
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {name: taken(member) for name, member in members.items()}
    if isinstance(value, list):
        return [taken(member) for member in cast("list[object]", value)]
    return value


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [part for one in cast("dict[str, object]", value).values() for part in _parts(one)]
    if isinstance(value, list):
        return [part for one in cast("list[object]", value) for part in _parts(one)]
    return [value]
