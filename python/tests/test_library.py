import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

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


def _composed(source: str, kind: str, name: str, **rest: str) -> str:
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
    (tmp_path / "functions").mkdir()
    (tmp_path / "agents").mkdir()
    (tmp_path / "functions" / "add.py").write_text(_composed(_FUNCTION, "function", "add"))
    (tmp_path / "functions" / "test_add.py").write_text("raise SystemExit")
    (tmp_path / "agents" / "explainer.py").write_text(_composed(_AGENT, "agent", "explainer"))
    code, entries, _ = _run("index", str(tmp_path))
    assert code == 0
    assert [(one["kind"], one["name"], one["path"]) for one in entries] == [
        ("function", "add", "functions/add.py"),
        ("agent", "explainer", "agents/explainer.py"),
    ]
    add = entries[0]
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
    code, found, _ = _run("search", str(tmp_path), "5", given="explain a carrier")
    assert [one["name"] for one in found] == ["explainer"]


def test_an_edited_source_no_longer_matches_its_hash(tmp_path: Path) -> None:
    (tmp_path / "functions").mkdir()
    path = tmp_path / "functions" / "add.py"
    path.write_text(_composed(_FUNCTION, "function", "add").replace("a + b", "a - b"))
    _, (entry,), _ = _run("index", str(tmp_path))
    assert (entry["hash_matches"], entry["problems"]) == (False, [])


def test_broken_files_have_problems_and_hide_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "functions"
    folder.mkdir()
    (folder / "add.py").write_text(_composed(_FUNCTION, "function", "add"))
    (folder / "bare.py").write_text("x = 1\n")
    (folder / "huge.py").write_text("#" * 300_000)
    (folder / "bomb.py").write_text("x = " + "(" * 50_000 + ")" * 50_000)
    (folder / "minus.py").write_text("x = " + "-" * 100_000 + "1")
    (folder / "latin.py").write_bytes(b"\xff\xfe")
    (folder / "renamed.py").write_text(_composed(_FUNCTION, "function", "add"))
    (folder / "link.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.py")
    (folder / "folder.py").mkdir()
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
    }
    assert all(problems.values())
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
