# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.lathe]
# kind = "agent"
# name = "agent_writer"
# version = 1
# status = "approved"
# created = "2026-11-21"
# session = "built in"
# model = "none"
# purpose = "It writes agents from the cells of a session."
# sha256 = "c9c9efb64cf15ce430047ae3e9cb5b3a1d1c64af837d7b11e05a8849ff278cc3"
# tests_sha256 = "2e5a31bb6c9ca11a2de8d8ad613afc7dfffb2c2ae427bd0715f41991298006db"
# ///

"""Writes an agent and its examples from cells and a goal, that the library would take."""

INSTRUCTIONS = """Write one agent that does what the task says, from cells that worked, so that
later sessions can delegate to it by its name.

An agent is a model with instructions: it gets a slice of data as `data` in a kernel of its own,
writes Python there, and answers with a value that fits a schema. Write one where a part of the
work needs judgement; what a function can compute needs none.

What you have, in `data` or, without `data`, in the task: `data["cells"]` (each with cell, code,
printed, result) and `data["left_out"]`. Print the code and the outputs first; the session's own
data is not here.

What the library takes:
- A name that is a noun (delay_analyst), and a description of one sentence.
- Instructions of at most a page, general: what `data` is (which columns, of which types), what to
  find out, in which steps, what to do where data is missing or too small, what the members of the
  result mean. No names or numbers of this one session.
- returns: a small schema of plain types: {"cause": str, "share": float, "notes": [str]}.
- prepare(data), if data has to be brought into a form first; it returns what takes the place of
  `data`. check(result), if a result can be wrong in a way that code can tell: it raises
  ValueError or returns a sentence that says what to mend. Both are functions of your cells.
- examples: pairs of small data and the result expected for it, at least one; they are its tests.

How to work, in cells:
1. Define prepare and check, where there are any, and try them on small data.
2. made = lathe.examine_agent("delay_analyst", instructions, returns, description="…",
   prepare=prepare, check=check, examples=[(data, expected)], purpose="why later sessions want
   it"); print(made). Mend everything that it names and examine again; you have a dozen
   examinations.
3. Once made.ready is True: lathe.answer(made), unchanged.

If a function would do, or it cannot be made: lathe.answer({"problem": "why"})."""
RETURNS = {
    "anyOf": [
        {
            "type": "object",
            "properties": {
                "kind": {"enum": ["agent"]},
                "name": {"type": "string"},
                "source": {"type": "string"},
                "tests": {"type": "string"},
                "purpose": {"type": "string"},
            },
            "required": ["kind", "name", "source", "tests"],
        },
        {
            "type": "object",
            "properties": {"problem": {"type": "string"}},
            "required": ["problem"],
        },
    ]
}
