import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lathe_kernel import lathe_module
from lathe_library import block, names

_PROGRAM = Path(__file__).resolve().parent.parent / "lathe_library" / "__main__.py"
_FUNCTION = '''"""Add."""

import pandas as pd
import json
from sklearn.cluster import KMeans

_HALF = 0.5


def _helper(x):
    return x


def add(a: int, *, b: float = 1) -> float:
    """Return the sum. Always.

    More.
    """
    return a + b
'''
_ODD = 'odd "name"\n\x7f\\ 😀 \u2028 \x85 é'
_AGENT = '''"""Explain one carrier."""

INSTRUCTIONS = """Look at `data`."""
RETURNS = {"type": "object", "properties": {"cause": {"type": "string"}}}


def check(result):
    return True
'''


def _run(*arguments: str, given: str | bytes = b"") -> tuple[int, Any, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-B", str(_PROGRAM), *arguments],
        input=given if isinstance(given, bytes) else given.encode(),
        capture_output=True,
        check=False,
        timeout=30,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr.decode()


def _composed(source: str, kind: str, name: str, **rest: object) -> str:
    request = {
        "source": source,
        "kind": kind,
        "name": name,
        "status": "proposed",
        "created": "2026-11-01T10:00:00Z",
        "session": "late-flights",
        "model": "anthropic:some",
    } | rest
    code, answer, _ = _run("compose", given=json.dumps(request))
    assert code == 0, answer
    return answer["text"]


def test_compose_writes_a_block_that_the_standard_reads() -> None:
    text = _composed(_FUNCTION, "function", "add", session=_ODD)
    lines = text.split("# ///\n")[0].split("\n")
    assert lines[0] == "# /// script"
    document = tomllib.loads(
        "\n".join(line.removeprefix("# ").removeprefix("#") for line in lines[1:])
    )
    assert document["requires-python"] == ">=3.11"
    assert document["dependencies"] == ["pandas", "scikit-learn"]
    assert document["tool"]["lathe"]["session"] == _ODD
    assert list(document["tool"]["lathe"]) == [
        "kind",
        "name",
        "version",
        "status",
        "created",
        "session",
        "model",
        "sha256",
    ]
    assert text.endswith(f"# ///\n\n{_FUNCTION}")
    # Composing what was composed changes nothing.
    assert _composed(text, "function", "add", session=_ODD) == text


def test_index_and_read_tell_everything_without_running_anything(tmp_path: Path) -> None:
    for folder in ("proposed/functions", "functions", "agents"):
        (tmp_path / folder).mkdir(parents=True)
    waiting = tmp_path / "proposed/functions"
    hashed = hashlib.sha256(b"raise SystemExit").hexdigest()
    tests = hashlib.sha256(f"{hashed}  test_add.py\n".encode()).hexdigest()
    proposal = {"version": 2, "cells": [3, 4], "purpose": "Why.", "tests_sha256": tests}
    (waiting / "add.py").write_text(_composed(_FUNCTION, "function", "add", **proposal))
    (waiting / "test_add.py").write_text("raise SystemExit")
    approved = {"status": "approved"}
    (tmp_path / "functions/add.py").write_text(_composed(_FUNCTION, "function", "add", **approved))
    (tmp_path / "agents/explainer.py").write_text(
        _composed(_AGENT, "agent", "explainer", **approved)
    )
    code, entries, _ = _run("index", str(tmp_path))
    assert code == 0
    assert [(one["kind"], one["name"], one["path"]) for one in entries] == [
        ("function", "add", "functions/add.py"),
        ("function", "add", "proposed/functions/add.py"),
        ("agent", "explainer", "agents/explainer.py"),
    ]
    add = entries[1]
    assert (entries[0]["status"], entries[0]["version"]) == ("approved", 1)
    assert {name: add[name] for name in proposal} == proposal
    assert add["file_sha256"] == hashlib.sha256((waiting / "add.py").read_bytes()).hexdigest()
    assert add["signature"] == "add(a: int, *, b: float=1) -> float"
    assert add["summary"] == "Return the sum."
    assert (add["status"], add["session"], add["hash_matches"], add["problems"]) == (
        "proposed",
        "late-flights",
        True,
        [],
    )
    code, agent, _ = _run("read", str(tmp_path), "agent", "explainer")
    assert code == 0
    assert agent["instructions"] == "Look at `data`."
    assert agent["returns"] == {"type": "object", "properties": {"cause": {"type": "string"}}}
    assert (agent["has_prepare"], agent["has_check"]) == (False, True)
    assert agent["source"] == (tmp_path / "agents" / "explainer.py").read_text()


@pytest.mark.parametrize(
    ("place", "status", "edit", "seen", "said"),
    [
        ("functions", "approved", "", "approved", ""),
        ("functions", "approved", "source", "changed", "its source is not the one"),
        ("functions", "deprecated", "source", "changed", "its source is not the one"),
        ("functions", "approved", "tests", "changed", "its tests are not those"),
        ("functions", "proposed", "", "proposed", "move functions/add.py to proposed/functions/"),
        ("functions", "odd", "", "odd", "which there is not"),
        ("proposed/functions", "proposed", "source", "proposed", "admit it anew"),
        ("proposed/functions", "approved", "", "approved", "lathe library approve add"),
        ("proposed/functions", "changes_asked", "", "changes_asked", ""),
    ],
)
def test_what_a_file_says_counts_only_where_it_lies_and_as_it_was_written(
    tmp_path: Path, place: str, status: str, edit: str, seen: str, said: str
) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True)
    text = _composed(_FUNCTION, "function", "add", status=status)
    (folder / "add.py").write_text(text.replace("a + b", "a - b") if edit == "source" else text)
    if edit == "tests":
        (folder / "fixtures/add").mkdir(parents=True)
        (folder / "fixtures/add/x.csv").write_text("1")
    _, (entry,), _ = _run("index", str(tmp_path))
    assert entry["status"] == seen
    assert entry["hash_matches"] == (edit != "source")
    assert said in " ".join(entry["problems"])
    assert bool(entry["problems"]) == bool(said)


def test_a_function_and_an_agent_of_one_name_are_both_unusable(tmp_path: Path) -> None:
    for kind, source in (("function", _FUNCTION), ("agent", _AGENT)):
        (tmp_path / f"{kind}s").mkdir()
        text = _composed(source, kind, "add", status="approved")
        (tmp_path / f"{kind}s/add.py").write_text(text)
    _, entries, _ = _run("index", str(tmp_path))
    assert ["rename one" in " ".join(one["problems"]) for one in entries] == [True, True]


def test_restating_changes_the_named_lines_and_no_other() -> None:
    text = _composed(_FUNCTION, "function", "add").replace(
        "# [tool.lathe]\n", "# [tool.other]\n# keep = 1\n#\n# [tool.lathe]\n# note = 'ours'\n"
    )
    fields = {"status": "approved", "version": 3, "purpose": _ODD}
    code, answer, _ = _run("restate", given=json.dumps({"text": text, "fields": fields}))
    assert code == 0, answer
    before, after = text.split("\n"), answer["text"].split("\n")
    changed = [line for line in after if line not in before]
    assert changed[:2] == ["# version = 3", '# status = "approved"']
    assert len(changed) == 3
    assert len(after) == len(before) + 1
    back = {"status": "proposed", "version": 1, "purpose": None}
    _, again, _ = _run("restate", given=json.dumps({"text": answer["text"], "fields": back}))
    assert sorted(again["text"].split("\n")) == sorted(before)
    refused: list[dict[str, object]] = [
        {"text": "x = 1", "fields": {}},
        {"text": text, "fields": {"odd": 1}},
    ]
    for given in refused:
        code, answer, _ = _run("restate", given=json.dumps(given))
        assert (code, list(answer)) == (1, ["refusal"])


@pytest.mark.parametrize("name", ["json", "print", "delegate", "lathe", "pandas"])
def test_a_name_that_means_something_else_is_refused(name: str) -> None:
    code, answer, _ = _run("inspect", "function", name, given=_FUNCTION.replace("add", name))
    assert code == 1
    assert "choose another one" in answer["refusal"]


def test_the_names_of_lathe_are_all_known() -> None:
    public = {one for one in dir(lathe_module.Lathe) if one.islower() and not one.startswith("_")}
    assert public <= names.OF_LATHE


def test_broken_files_have_problems_and_hide_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "functions"
    folder.mkdir()
    approved = _composed(_FUNCTION, "function", "add", status="approved")
    (folder / "add.py").write_text(approved)
    (folder / "bare.py").write_text("x = 1\n")
    (folder / "huge.py").write_text("#" * 300_000)
    (folder / "bomb.py").write_text("x = " + "(" * 50_000 + ")" * 50_000)
    (folder / "minus.py").write_text("x = " + "-" * 100_000 + "1")
    (folder / "latin.py").write_bytes(b"\xff\xfe")
    (folder / "renamed.py").write_text(_composed(_FUNCTION, "function", "add"))
    (folder / "link.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.py")
    (folder / "folder.py").mkdir()
    (folder / "hard.py").write_text(approved)
    os.link(folder / "hard.py", tmp_path / "other.py")
    code, entries, _ = _run("index", str(tmp_path))
    assert code == 0
    problems = {one["name"]: " ".join(one["problems"]) for one in entries}
    assert problems.pop("add") == ""
    assert set(problems) == {
        "bare",
        "huge",
        "bomb",
        "minus",
        "latin",
        "renamed",
        "link",
        "pipe",
        "folder",
        "hard",
    }
    assert all(problems.values())
    assert "hard link" in problems["hard"]
    assert "larger than" in problems["huge"]
    assert "root" not in json.dumps(entries)
    assert "regular" in problems["pipe"]
    for name in ("link", "../add", "Nope", "missing"):
        code, answer, _ = _run("read", str(tmp_path), "function", name)
        assert code == 1
        assert answer["refusal"]


@pytest.mark.parametrize(
    ("kind", "source", "said"),
    [
        ("function", "def add(a: int) -> int:\n    return a\n", "no docstring"),
        ("function", 'def add(a, *b: int):\n    """Add."""\n', "type hints for: a, return"),
        ("function", "x = 1\n", "exactly one function named `add`"),
        ("function", _FUNCTION + "\n\ndef other(): pass\n", "`other` is public"),
        ("function", _FUNCTION + "\n\nprint(1)\n", "only defines"),
        ("function", _FUNCTION + "\n\nX = open('x')\n", "only defines"),
        ("function", "import os; os.system('x')\n" + _FUNCTION, "only defines"),
        ("function", "from os import *\n" + _FUNCTION, "import names one by one"),
        ("function", "from . import x\n" + _FUNCTION, "import names one by one"),
        ("function", "if True:\n    pass\n" + _FUNCTION, "only defines"),
        ("function", "def add(:\n", "not valid Python"),
        ("function", "x = '\0'\n", "with a NUL"),
        ("function", "x = " + "(" * 3000 + ")" * 3000, "nested"),
        ("agent", 'INSTRUCTIONS = "x"\nRETURNS = None\n', "no docstring"),
        ("agent", '"""D."""\nRETURNS = None\n', "INSTRUCTIONS"),
        ("agent", '"""D."""\nINSTRUCTIONS = "x"\n', "RETURNS is missing"),
        ("agent", '"""D."""\nINSTRUCTIONS = "x"\nRETURNS = [1]\n', "JSON Schema"),
        ("agent", '"""D."""\nINSTRUCTIONS = f"{1}"\nRETURNS = None\n', "only defines"),
        ("agent", _AGENT + "\n\ndef run(): pass\n", "`run` is public"),
    ],
)
def test_sources_that_are_no_capability_are_refused(kind: str, source: str, said: str) -> None:
    code, answer, _ = _run("inspect", kind, "add", given=source)
    assert code == 1
    assert said in answer["refusal"]


def test_inspect_tells_the_facts_of_a_source() -> None:
    code, found, _ = _run("inspect", "function", "add", given=_FUNCTION)
    assert code == 0
    assert found["signature"] == "add(a: int, *, b: float=1) -> float"
    assert found["dependencies"] == ["pandas", "scikit-learn"]
    assert len(found["sha256"]) == 64


def test_misuse_and_requests_that_cannot_be_read_are_told() -> None:
    assert _run()[0] == 2
    assert "index DIR" in _run("remove", "x")[2]
    for given in (b"{", b"\xff", b"[]", b"{}", b"[" * 100_000):
        code, answer, _ = _run("compose", given=given)
        assert code == 1
        assert answer["refusal"]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert _run("index", str(tmp_path / "none"))[1] == []


def test_a_block_names_prompt_and_data_and_refuses_what_is_none() -> None:
    data = [{"name": "sales", "bytes": 12, "ends_sha256": "ab"}, {"name": 'odd\x7f"\n'}]
    text = _composed(_FUNCTION, "function", "add", prompt_sha256="cd", data=data)
    assert '# data = [{name = "sales", bytes = 12, ends_sha256 = "ab"}, {name = "odd' in text
    parts = block.split(text)
    assert (list(parts.data), parts.fields["prompt_sha256"]) == (data, "cd")
    assert parts.problems == ()
    line = next(one for one in text.split("\n") if one.startswith("# data ="))
    tables = ["{bytes = 1}", '{name = "a", bytes = -1}', '{name = "a", path = "/"}', "1"]
    for wrong in [*(f"[{one}]" for one in tables), '"a"', f"[{', '.join([tables[1]] * 51)}]"]:
        problems = block.split(text.replace(line, f"# data = {wrong}")).problems
        assert any("`data` in its block" in one for one in problems), wrong
