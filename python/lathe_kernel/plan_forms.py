"""What a step of a hierarchical plan answers with: its result, and steps that it asks for."""

from typing import Any, cast

from lathe_kernel.errors import LatheError
from lathe_kernel.plan_steps import WORKER, Step, checked_name
from lathe_kernel.schema import Schema

_ASKED: Schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "one or two words"},
        "task": {
            "type": "string",
            "description": "what is to be done, for somebody who knows it not",
        },
        "agent": {
            "type": "string",
            "description": "a saved agent's name; left out: a plain worker",
        },
        "needs": {
            "type": "array",
            "items": {"type": "string"},
            "description": "names of steps whose results it gets",
        },
        "required": {"type": "boolean"},
    },
    "required": ["name", "task"],
}
STEPS: Schema = {"type": "array", "items": _ASKED}
# A whole plan, as a model is asked for one.
PLANNED: Schema = {
    "type": "object",
    "properties": {
        "strategy": {"enum": ["parallel", "sequential"]},
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    **_ASKED["properties"],
                    "complexity": {"enum": ["low", "medium", "high"]},
                    "data": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "names of the data that it works on",
                    },
                    "why": {"type": "string", "description": "why the goal needs it"},
                },
                "required": ["name", "task", "needs", "complexity", "required"],
            },
        },
    },
    "required": ["strategy", "steps"],
}


def wrapped(returns: Schema | None) -> Schema:
    """Return the form of an answer that may ask for steps beside its result."""
    return {
        "type": "object",
        "properties": {"result": returns or {}, "steps": STEPS},
        "required": ["result"],
    }


def asked_by(parent: Step, lines: object) -> list[Step]:
    """Return the steps that an answer asks for, below the step that gave it.

    Raises:
        LatheError: one of them cannot be a step.
    """
    found: list[Step] = []
    for line in cast("list[dict[str, Any]]", lines or []):
        own = checked_name(line["name"])
        name = checked_name(f"{parent.name}/{own}")
        if not str(line["task"]).strip():
            raise LatheError("invalid_arguments", f"step {name!r} has no task.")
        needs = [str(one) for one in cast("list[object]", line.get("needs") or [])]
        siblings = {str(one["name"]) for one in cast("list[dict[str, Any]]", lines)}
        found.append(
            Step(
                name=name,
                task=str(line["task"]).strip(),
                agent=str(line["agent"]).strip() if line.get("agent") else WORKER,
                # What its asker found is there for it.
                needs=tuple(
                    dict.fromkeys(
                        [parent.name]
                        + [f"{parent.name}/{one}" if one in siblings else one for one in needs]
                    )
                ),
                required=bool(line.get("required", True)),
                by=parent.name,
            )
        )
    return found
