"""`lathe agents`: what there is to delegate to, how it did, and which one would be chosen."""

import hashlib
import re

from tests_program.program import Lathe

_CRITIC = '''"""Judges recipes, and nothing else."""

INSTRUCTIONS = "Say what is wrong with the recipe in `data`."
RETURNS = {"type": "object", "properties": {"wrong": {"type": "string"}}, "required": ["wrong"]}
SKILLS = ["judge recipes"]
MAX_PARALLEL = 2
MAY_BE_DELEGATED_TO = False
'''


def test_agents_are_listed_shown_and_chosen(lathe: Lathe) -> None:
    listed = lathe.run("agents", "list")
    assert listed.code == 0, listed
    lines = listed.out.splitlines()
    assert all(len(line) <= 80 for line in lines), listed.out
    for name in ("coder", "researcher", "analyst", "writer", "critic", "synthesiser"):
        assert any(re.match(rf"{name} +worker +default +- +0 +lathe", line) for line in lines), name

    shown = lathe.run("agents", "show", "critic")
    assert shown.code == 0
    assert "not used yet" in shown.out and "delegates to nobody" in shown.out
    assert "Judge the work in `data`" in shown.out and '"verdict"' in shown.out

    (found,) = lathe.run(
        "agents", "for", "find", "errors", "in", "a", "report", "--json"
    ).json_lines()
    assert found["agents"][0]["agent"] == "critic", found
    assert found["agents"][0]["health"]["text"] == "not used yet"
    assert {"roundtable_expert"}.isdisjoint(one["agent"] for one in found["agents"])

    missing = lathe.run("agents", "show", "boss")
    assert missing.code == 1 and "'lathe agents list' shows all" in missing.err
    assert lathe.run("agents", "for", "--frob", "x").code == 2


def test_an_approved_agent_goes_before_the_one_of_its_name_that_comes_with_lathe(
    lathe: Lathe,
) -> None:
    folder = lathe.project / "generated-capabilities/agents"
    folder.mkdir(parents=True)
    head = lathe.run("agents", "show", "critic", "--json").json_lines()[0]
    assert head["built_in"] is True
    # A file that somebody approved elsewhere, as a clone of a reviewed library brings it.
    digest = hashlib.sha256(_CRITIC.encode()).hexdigest()
    block = "\n".join(
        [
            "# /// script",
            '# requires-python = ">=3.11"',
            "# dependencies = []",
            "#",
            "# [tool.lathe]",
            '# kind = "agent"',
            '# name = "critic"',
            "# version = 1",
            '# status = "approved"',
            '# created = "2026-11-22"',
            '# session = "s"',
            '# model = "none"',
            f'# sha256 = "{digest}"',
            "# ///",
        ]
    )
    (folder / "critic.py").write_text(f"{block}\n\n{_CRITIC}")
    shown = lathe.run("agents", "show", "critic")
    assert "Judges recipes, and nothing else." in shown.out, shown
    assert "by nobody; lathe.handoff gives it work" in shown.out
    assert "2 subtasks at each depth" in shown.out
    assert "one comes with lathe" in shown.err
    (found,) = lathe.run("agents", "for", "judge", "recipes", "--json").json_lines()
    assert found["left_out"][0]["agent"] == "critic"
    assert "may not be delegated to" in found["left_out"][0]["reason"]
    assert all(one["agent"] != "critic" for one in found["agents"])

    tested = lathe.run("agents", "test", "critic", "analyst", "--json")
    (rows,) = tested.json_lines()
    assert tested.code == 0, tested
    assert [row["name"] for row in rows].count("critic") == 2
