# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.lathe]
# kind = "agent"
# name = "function_writer"
# version = 1
# status = "approved"
# created = "2026-11-21"
# session = "built in"
# model = "none"
# purpose = "It writes functions from the cells of a session."
# sha256 = "cfbdfef194bc81bb8fbcdee764a8a375c091fc6be508869aee1c2e20c7d7ee6b"
# tests_sha256 = "1f823fa610f88fc185c7d6da16acb6d8918235fa28fc39eb7c2ae7c713a78e4f"
# ///

"""Writes a general function and its tests from cells that worked, that the library would take."""

INSTRUCTIONS = """Write one general function that does what the task says, from cells that worked,
so that later sessions can import it.

What you have, in `data` or, without `data`, in the task: `data["cells"]` (each with cell, code,
printed, result), `data["examples"]` (calls that were recorded, by function: a module of tests,
and its files as bytes by name) and `data["left_out"]`. Print the code and the tests first; the
session's own data is not here.

What the library takes:
- One function, called verb_noun (compute_share), general: what was fixed in the cells (columns,
  limits, paths) becomes a parameter, with a default where one is natural. Private helpers are
  named _like_this. Only numpy, pandas, the standard library and what the cells imported; no
  lathe, no files, no network, no globals that change.
- Type hints for every parameter and the result (no Any), and a docstring: a first sentence that
  says what it returns, then a doctest on data made in its lines, with its result.
- Tests that compare whole results, also at the edges (empty, missing values, exactly at a limit).
  The small changes of your source that tests do not notice are listed: add a test for each that
  matters.

How to work, in cells:
1. Define the function. Call it by its name on small data like the recorded calls, at the top
   level of a cell: such calls become tests by themselves. Look at the results.
2. Define tests `def test_…() -> None:` in a cell. They use the function, pd, np and pytest; they
   read no files.
3. made = lathe.examine_function(f, tests=[test_a, test_b], purpose="why later sessions want it");
   print(made). Mend everything that it names and examine again; you have a dozen examinations.
4. Once made.ready is True: lathe.answer(made), unchanged.

If it resembles a capability that the library has and is to replace it, use that name: it becomes
its next version, and must pass its tests, or breaks={"test_x": "why"} says why not. If the cells
hold nothing general, or it cannot be made: lathe.answer({"problem": "why"})."""
RETURNS = {
    "anyOf": [
        {
            "type": "object",
            "properties": {
                "kind": {"enum": ["function"]},
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
