"""Exchange with Agent Skills and agents of Claude Code, through the program."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from skills_ref import validate

from tests_program.program import ROOT, Lathe

_READER = ROOT / "python" / "lathe_neighbours" / "__main__.py"
_ANALYST = '''"""Examines one carrier: why it is late."""

INSTRUCTIONS = """Look at `data`.

Say why it is late."""
RETURNS = {"type": "object", "properties": {"cause": {"type": "string"}}}
'''
_SHARE = '''def share_late(minutes: list[float]) -> float:
    """Return the share of late flights.

    >>> share_late([0.0, 5.0])
    0.5
    """
    return sum(1 for one in minutes if one > 0) / len(minutes)
'''
_TESTS = """from share_late import share_late


def test_share_late() -> None:
    assert share_late([1.0]) == 1.0
"""


def _export(form: str, *documents: dict[str, Any]) -> dict[str, Any]:
    given = json.dumps({"capabilities": documents})
    return _run("export", form, given=given)


def _run(*arguments: str, given: str = "") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-I", "-B", str(_READER), *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def _document(kind: str, name: str, source: str, tests: str = "") -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "version": 2,
        "sha256": "ab",
        "source": source,
        "tests": tests,
        "fixtures": [],
    }


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _fields(page: str) -> dict[str, Any]:
    return yaml.safe_load(page.split("---\n")[1])


def test_a_skill_comes_back_as_the_capability_that_it_was(tmp_path: Path) -> None:
    function = _document("function", "share_late", _SHARE, _TESTS)
    agent = _document("agent", "carrier_analyst", _ANALYST)
    made = _export("skills", function, agent)
    assert made["left_out"] == []
    _write(tmp_path, made["files"])
    for name in ("share-late", "carrier-analyst"):
        fields = _fields((tmp_path / name / "SKILL.md").read_text())
        assert set(fields) == {"name", "description", "metadata"}
        assert fields["name"] == name
        assert 1 <= len(fields["description"]) <= 1024
        assert all(isinstance(one, str) for one in fields["metadata"].values())
        assert validate(tmp_path / name) == []
    found = _run("import", str(tmp_path))
    assert found["left_out"] == []
    by_name = {one["name"]: one for one in found["proposals"]}
    assert by_name["share_late"]["source"] == _SHARE
    assert by_name["share_late"]["tests"] == _TESTS
    assert by_name["carrier_analyst"]["source"] == _ANALYST
    assert by_name["carrier_analyst"]["kind"] == "agent"


def test_an_agent_of_claude_code_comes_back_with_its_prompt_and_schema(tmp_path: Path) -> None:
    checked = _ANALYST + '\n\ndef check(result: dict[str, str]) -> None:\n    """Refuse."""\n'
    made = _export(
        "claude-agents",
        _document("agent", "carrier_analyst", checked),
        _document("function", "share_late", _SHARE),
    )
    assert made["left_out"] == [
        "agent carrier_analyst: check; --format skills carries all of it.",
        "function share_late: a function is no agent; --format skills carries it.",
    ]
    _write(tmp_path, made["files"])
    assert list(made["files"]) == ["carrier-analyst.md"]
    (proposal,) = _run("import", str(tmp_path / "carrier-analyst.md"))["proposals"]
    names: dict[str, Any] = {}
    exec(proposal["source"], names)
    assert names["__doc__"] == "Examines one carrier: why it is late."
    assert names["INSTRUCTIONS"] == "Look at `data`.\n\nSay why it is late."
    assert names["RETURNS"] == {"type": "object", "properties": {"cause": {"type": "string"}}}


def test_the_tools_of_an_agent_of_claude_code_become_its_list(tmp_path: Path) -> None:
    page = "---\nname: {}\ndescription: Works\n{}---\nWork.\n"
    _write(
        tmp_path,
        {
            "agents/all.md": page.format("works-freely", ""),
            "agents/none.md": page.format("reads-files", "tools: Read, Bash\n"),
            "agents/some.md": page.format(
                "mends-issues", "tools: [Read, mcp__github__get_issue, mcp__git, mcp__a_b__c__d]\n"
            ),
        },
    )
    found = _run("import", str(tmp_path))
    tools: dict[str, object] = {}
    for one in found["proposals"]:
        names: dict[str, object] = {}
        exec(one["source"], names)
        tools[one["name"]] = names.get("TOOLS")
    assert tools == {
        "works_freely": None,
        "reads_files": [],
        "mends_issues": ["github/get_issue", "git/*", "a_b/c__d"],
    }
    told = "\n".join(found["left_out"])
    assert "agent some.md: tools: Read; they have no counterpart here." in told
    assert "tools: Read, Bash; they" in told


def test_what_others_have_and_lathe_has_not_is_named(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "agents/code-reviewer.md": "---\nname: code-reviewer\n"
            "description: Use it: after a change\ntools: Read, Bash\nmodel: opus\n---\nReview.\n",
            "skills/pdf-forms/SKILL.md": "---\nname: pdf-forms\ndescription: Fills forms.\n"
            "license: MIT\nallowed-tools: Bash\nmetadata:\n  author: x\n---\nFill the form.\n",
            "skills/pdf-forms/scripts/fill.sh": "rm\n",
            "skills/pdf-forms/scripts/run.py": "print(1)\n",
            "skills/pdf-forms/references/a.txt": "a\n",
        },
    )
    found = _run("import", str(tmp_path))
    assert [(one["kind"], one["name"]) for one in found["proposals"]] == [
        ("agent", "code_reviewer"),
        ("agent", "pdf_forms"),
    ]
    told = "\n".join(found["left_out"])
    for what in (
        "read line by line",
        "tools: Read, Bash",
        "model: opus",
        "license: MIT",
        "allowed-tools: Bash",
        "metadata author: x",
        "scripts/run.py, which is no function",
        "scripts/fill.sh",
        "references",
    ):
        assert what in told, told


def test_bombs_links_and_nonsense_are_refused_with_the_reason(tmp_path: Path) -> None:
    bomb = "a: &a [x]\nb: *a\n"
    deep = "a: " + "[" * 40 + "]" * 40 + "\n"
    pages = {
        "bomb": (f"---\nname: bomb\ndescription: d\n{bomb}---\nx\n", "refer to each other"),
        "deep": (f"---\nname: deep\ndescription: d\n{deep}---\nx\n", "levels deep"),
        "tagged": ("---\nname: !!python/name:os.system x\n---\nx\n", "name types"),
        "twice": ("---\nname: twice\nname: other\ndescription: d\n---\nx\n", "stands twice"),
        "huge": (f"---\nname: huge\ndescription: {'d' * 20_000}\n---\nx\n", "larger than"),
        "many": (f"---\nname: many\nd: [{'1,' * 600}]\n---\nx\n", "more than 500"),
        "other": ("---\nname: another\ndescription: d\n---\nx\n", "must be the folder's"),
        "plain": ("# no fields\n", "does not begin with ---"),
    }
    for name, (page, _) in pages.items():
        _write(tmp_path, {f"{name}/SKILL.md": page})
    (tmp_path / "linked").symlink_to(tmp_path / "plain")
    found = _run("import", str(tmp_path))
    assert found["proposals"] == []
    for name, (_, reason) in pages.items():
        (told,) = [one for one in found["left_out"] if one.startswith(f"{name}:")]
        assert reason in told, told
    assert any(one.startswith("linked: linked is a link") for one in found["left_out"])


def test_the_program_exports_what_is_approved_and_proposes_what_it_imports(lathe: Lathe) -> None:
    page = "---\nname: market-critic\ndescription: Finds flaws.\n---\nLook.\n"
    lathe.write("theirs/market-critic.md", page)
    done = lathe.run("library", "import", "theirs", "--json")
    assert done.code == 0, done
    assert done.json_lines()[0]["leftOut"] == []
    proposed = lathe.project / "generated-capabilities/proposed/agents/market_critic.py"
    assert "imported from agent market-critic.md" in proposed.read_text()
    nothing = lathe.run("library", "export", "out")
    assert "proposed, not approved" in " ".join(nothing.out.split())
    assert lathe.run("library", "approve", "market_critic").code == 0
    assert lathe.run("library", "export", "out").code == 0
    page = (lathe.project / "out/market-critic/SKILL.md").read_text()
    assert page.endswith("\nLook.\n")
    (lathe.project / "out/market-critic/SKILL.md").write_text("mine")
    refused = lathe.run("library", "export", "out")
    assert refused.code == 1
    assert "--force" in refused.err
    assert lathe.run("library", "export", "out", "--force").code == 0
    assert (lathe.project / "out/market-critic/SKILL.md").read_text() == page
