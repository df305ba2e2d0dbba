"""Synthesis: results of subtasks combined into one answer whose claims say where they come from.

A subtask of the agent `synthesiser` writes it; code checks it there, and once more here. Which
cells a subtask ran is lathe's to say, never the model's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from lathe_kernel import delegation, synthesis_checks, synthesis_forms
from lathe_kernel.background import Background
from lathe_kernel.channel import close
from lathe_kernel.errors import invalid
from lathe_kernel.kept import KeptFiles
from lathe_kernel.outcomes import Outcome
from lathe_kernel.plan_result import StepOutcome
from lathe_kernel.results import DataHandle
from lathe_kernel.schema import schema_of
from lathe_kernel.subtasks import Subtask
from lathe_kernel.synthesis_record import MOST_SOURCES, Cell, Missing, Record, Source
from lathe_kernel.synthesis_result import Synthesis

SYNTHESISER = "synthesiser"
_MAXIMUM_QUESTION = 4_000
_MAXIMUM_SAME = 20
_PREVIEW = 300
_PREVIEWS = 6_000


@dataclass(frozen=True)
class Asked:
    """What was asked for, checked."""

    found: list[tuple[str, Outcome | None, Any]]
    question: str
    returns: dict[str, Any] | None
    same: list[str]


def asked(results: object, question: str, returns: object, same: object) -> Asked:
    """Return a checked request.

    Raises:
        LatheError: an argument that cannot be used.
    """
    if not str(question).strip() or len(question) > _MAXIMUM_QUESTION:
        raise invalid(f"`question` is a text of 1 to {_MAXIMUM_QUESTION:,} characters.")
    members = [same] if isinstance(same, str) else list(cast("Iterable[object]", same))
    if len(members) > _MAXIMUM_SAME or not all(isinstance(one, str) and one for one in members):
        raise invalid(
            f'`same` is a list of at most {_MAXIMUM_SAME} names of members, such as ["late_share"].'
        )
    found = [_of(label, one) for label, one in _named(results)]
    if len(found) > MOST_SOURCES:
        raise invalid(
            f"{len(found)} results are more than {MOST_SOURCES}: combine them in groups first, and "
            "then the syntheses."
        )
    if not any(_has_value(outcome, value) for _, outcome, value in found):
        raise invalid("there is no result to combine: none of them has a value.")
    return Asked(found, question.strip(), schema_of(returns), [str(one) for one in members])


def _named(results: object) -> list[tuple[str | None, object]]:
    """Return results with the labels that they were given, if they were."""
    given = getattr(results, "outcomes", results)
    given = given() if callable(given) else given
    if isinstance(given, Mapping):
        return [(str(key), one) for key, one in cast("Mapping[object, object]", given).items()]
    if isinstance(given, Outcome | Subtask) or not isinstance(given, Iterable):
        return [(None, cast("object", given))]
    if isinstance(given, str | bytes):
        raise invalid("give results: outcomes, subtasks, or a dict of values by label.")
    return [(None, one) for one in cast("Iterable[object]", given)]


def _of(label: str | None, one: object) -> tuple[str, Outcome | None, Any]:
    if isinstance(one, Subtask):
        one = one.outcome()
    if isinstance(one, StepOutcome):
        one = _of_step(one)
    if isinstance(one, Outcome):
        return label or one.label, one, one.value
    return label or "result", None, one


def _of_step(one: StepOutcome) -> Outcome:
    """Return a step of a plan as the outcome of its last attempt; 0 where nothing ran."""
    return Outcome(
        id=one.subtasks[-1] if one.subtasks else 0,
        label=one.name,
        status="complete" if one.ok else one.state,
        value=one.value,
        reason=one.reason,
        tokens=one.tokens,
        seconds=one.seconds,
    )


def _has_value(outcome: Outcome | None, value: object) -> bool:
    return outcome.ok if outcome is not None else value is not None


def run(
    background: Background, store: KeptFiles, what: Asked, model: str | None, budget: Any
) -> Synthesis:
    """Have a synthesis written, and check it.

    Raises:
        LatheError: it could not begin.
    """
    record = _record(background, what)
    shared = delegation.request(
        SYNTHESISER,
        _task(record),
        returns=synthesis_forms.synthesis(what.returns),
        model=model,
        budget=budget,
        required=False,
    )
    subtask = delegation.started(
        background, store, shared, [("synthesis", cast("object", record))]
    )[0]
    try:
        background.settle([subtask])
    except KeyboardInterrupt:
        close(background.channel.call("cancel", {"ids": [subtask.id]}).descriptors)
        raise
    outcome = subtask.outcome()
    if not outcome.ok:
        reason = f"its synthesis is {outcome.status}: {outcome.reason or 'no reason was given'}"
        return Synthesis(record, outcome.id, None, [], reason)
    value = cast("dict[str, Any]", outcome.value)
    own = {one["cell"] for one in _told(background, [outcome.id])[0]["cells"]}
    found = synthesis_checks.problems(value, record, lambda one: one["cell"] in own)
    return Synthesis(record, outcome.id, value, found)


def _record(background: Background, what: Asked) -> Record:
    identifiers = [outcome.id for _, outcome, _ in what.found if outcome is not None and outcome.id]
    told = {one["id"]: one for one in _told(background, identifiers)}
    record = Record(question=what.question, sources=[], missing=[], same=what.same)
    for label, outcome, value in what.found:
        identifier = None if outcome is None else outcome.id or None
        known: dict[str, Any] = {} if identifier is None else told[identifier]
        if not _has_value(outcome, value):
            record["missing"].append(_missing(label, outcome))
            continue
        record["sources"].append(
            Source(
                id=f"S{len(record['sources']) + 1}",
                label=label,
                subtask=identifier,
                agent=known.get("agent"),
                cells=[cast("Cell", one) for one in known.get("cells", [])],
                value=_taken(value),
            )
        )
    return record


def _told(background: Background, identifiers: list[int]) -> list[dict[str, Any]]:
    """Return what lathe knows of subtasks: their agents, and the cells that ran in them."""
    if not identifiers:
        return []
    reply = background.channel.call("sources", {"ids": identifiers})
    close(reply.descriptors)
    return list(reply.value["sources"])


def _missing(label: str, outcome: Outcome | None) -> Missing:
    if outcome is None:
        return Missing(label=label, subtask=None, status="none", reason="it is None")
    return Missing(
        label=label,
        subtask=outcome.id or None,
        status=outcome.status,
        reason=(outcome.reason or "")[:_PREVIEW],
    )


def _taken(value: Any) -> Any:
    """Return a value with the tables and arrays that wait in lathe in it."""
    if isinstance(value, DataHandle):
        return value.to_pandas()
    if isinstance(value, dict):
        return {key: _taken(one) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_taken(one) for one in cast("list[Any]", value)]
    return value


def _task(record: Record) -> str:
    """Return what the synthesiser is told: the question, and the beginning of each result."""
    share = min(_PREVIEW, _PREVIEWS // len(record["sources"]))
    lines = [
        "Combine the results in `data` into an answer to this question:",
        record["question"],
        "",
        "Sources (the whole of each is in `data`):",
    ]
    for one in record["sources"]:
        text = " ".join(str(one["value"]).split())
        cells = ", ".join(str(cell["cell"]) for cell in one["cells"]) or "none"
        agent = f" by {one['agent']}" if one["agent"] else ""
        shown = text if len(text) <= share else f"{text[:share]}… ({len(text):,} characters)"
        lines.append(f"- {one['id']} {one['label']}{agent}, cells {cells}: {shown}")
    for one in record["missing"]:
        lines.append(f"- without a result: {one['label']}, {one['status']}: {one['reason']}")
    if record["same"]:
        lines.append(f"All results should agree in: {', '.join(record['same'])}.")
    return "\n".join(lines)
