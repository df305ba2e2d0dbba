"""A context that a subtask made better, as the source of its agent's next version."""

import ast
from typing import Any

from lathe_kernel import saving
from lathe_kernel.agent_runs import AgentRuns
from lathe_kernel.capabilities import Library
from lathe_kernel.errors import invalid
from lathe_kernel.saving import AgentDefinition, Module
from lathe_library import block


def module(told: dict[str, Any], name: str | None, library: Library) -> Module:
    """Return the module: the agent as its file has it, with other instructions, or a new one.

    What bounds an agent stays with it, whatever it is called and whether it comes with lathe.

    Raises:
        LatheError: it cannot be saved as it is; the reason names the mend.
    """
    instructions = f"{str(told['instructions']).rstrip()}\n\n{told['addition']}"
    own = str(told["name"])
    if told["is_saved"]:
        source = block.split(str(library.given("agent", own)["source"])).body
        return saving.proved("agent", name or own, with_instructions(source, instructions))
    definition = AgentDefinition(
        name or own,
        instructions,
        told["returns"],
        "",
        None,
        None,
        told["limits"] or None,
        (),
        told["model"],
        None,
        None,
        told["tools"],
    )
    return saving.agent_module(definition, {}, AgentRuns())


def with_instructions(source: str, instructions: str) -> str:
    """Return the source of an agent with other instructions, all else as it was.

    Raises:
        LatheError: it has no instructions that stand there as a text.
    """
    for node in ast.parse(source).body:
        if (
            isinstance(node, ast.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "INSTRUCTIONS"
            and node.end_lineno is not None
        ):
            lines = source.splitlines(keepends=True)
            before, after = lines[: node.lineno - 1], lines[node.end_lineno :]
            made = f"INSTRUCTIONS = {saving.text_literal(instructions)}\n"
            return "".join([*before, made, *after])
    raise invalid("its file has no INSTRUCTIONS = …: save it anew with lathe.save_agent.")
