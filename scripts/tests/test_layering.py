from pathlib import Path

import pytest

from layering import table
from layering.tree import findings


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def rules(root: Path) -> list[tuple[str, int, str]]:
    return [(each.path, each.line, each.rule) for each in findings(root)]


def test_a_clean_tree_has_no_findings(tmp_path: Path) -> None:
    write(
        tmp_path,
        "Sources/LatheEngine/Turn.swift",
        'import LatheVocabulary\npackage import Foundation\n\nlet text = "all is well!"\n',
    )
    write(tmp_path, "Tests/LatheEngineTests/Turns.swift", "import LatheEngine\nimport Testing\n")
    assert rules(tmp_path) == []


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("LatheEngine", "import LatheStore"),
        ("LatheEngine", "import Glibc"),
        ("LatheVocabulary", "package import LatheWire"),
        ("LatheStore", "@_exported import LatheEngine"),
        ("LatheProviders", "import struct LatheStore.Journal"),
        ("LatheWire", "import Foundation"),
        ("LatheWire", "import Dispatch"),
        ("lathe-kernel", "import Foundation"),
        ("lathe", "import CPython"),
        ("lathe", "import Logging"),
    ],
)
def test_an_import_against_the_direction_is_found(tmp_path: Path, target: str, line: str) -> None:
    write(tmp_path, f"Sources/{target}/A.swift", f"// first\n{line}\n")
    assert rules(tmp_path) == [(f"Sources/{target}/A.swift", 2, "import")]


def test_a_target_without_a_row_must_get_one(tmp_path: Path) -> None:
    write(tmp_path, "Sources/LatheExtra/A.swift", "import Foundation\n")
    assert rules(tmp_path) == [("Sources/LatheExtra/A.swift", 1, "target")]


def test_tests_see_what_their_subject_sees(tmp_path: Path) -> None:
    imports = "import CSQLite\nimport LatheStore\nimport LatheEngine\nimport CPython\n"
    write(tmp_path, "Tests/LatheStoreTests/A.swift", imports)
    write(tmp_path, "Tests/EndToEndTests/A.swift", "import LatheStore\nimport LatheEngine\n")
    assert rules(tmp_path) == [
        ("Tests/LatheStoreTests/A.swift", 3, "import"),
        ("Tests/LatheStoreTests/A.swift", 4, "import"),
    ]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("public struct A {}", "public"),
        ("let a = try! b()", "try!"),
        ("let a = b as! C", "try!"),
        ("let a = b!", "unwrap"),
        ("let a = b()!.c", "unwrap"),
        ('let a = "x"!', "unwrap"),
        ('let a = "\\(b!)"', "unwrap"),
        ("final class KernelManager {}", "name"),
        ('let a = "SELECT name FROM cell"', "sql"),
        ('let a = "INSERT OR IGNORE INTO cell VALUES (1)"', "sql"),
        ("sqlite3_open(path, &handle)", "sql"),
        ('let a = """\n    import pandas as pd\n    """', "python"),
        ('let a = #"""\n    def f(x):\n        return x\n    """#', "python"),
        ('let a = "import pandas\\nprint(1)"', "python"),
    ],
)
def test_a_broken_invariant_is_found(tmp_path: Path, code: str, rule: str) -> None:
    write(tmp_path, "Sources/LatheEngine/A.swift", code + "\n")
    assert [each.rule for each in findings(tmp_path)] == [rule]


@pytest.mark.parametrize(
    "code",
    [
        "// public try! x! SELECT a FROM b",
        "/* public /* nested */ try! */ let a = 1",
        'let a = "public try! x!"',
        'let a = #"a "public" word"#',
        "let a = b != c && !d",
        'let a = /"public"/',
        "let a = b / public_ / c",
        'let a = "Select a model from the list"',
        'let a = "import is a word"',
        "func read() async throws {}",
    ],
)
def test_words_that_only_look_like_it_are_left_alone(tmp_path: Path, code: str) -> None:
    write(tmp_path, "Sources/LatheEngine/A.swift", code + "\n")
    assert rules(tmp_path) == []


@pytest.mark.parametrize("target", ["LatheWire", "lathe-kernel"])
def test_what_forks_has_no_threads(tmp_path: Path, target: str) -> None:
    write(tmp_path, f"Sources/{target}/A.swift", 'func read() async {}\nlet a = "async"\n')
    assert rules(tmp_path) == [(f"Sources/{target}/A.swift", 1, "threads")]


def test_the_static_kernel_reaches_no_foundation() -> None:
    reached, waiting = set[str](), ["lathe-kernel"]
    while waiting:
        target = waiting.pop()
        reached.add(target)
        waiting += [each for each in table.IMPORTS.get(target, ()) if each not in reached]
        allowed = table.SYSTEM_BY_TARGET.get(target, table.SYSTEM)
        assert target in table.C_MODULES or allowed <= {"Glibc", "Synchronization"}, target


def test_the_store_may_speak_sql(tmp_path: Path) -> None:
    code = 'import CSQLite\nlet a = "SELECT 1"\nsqlite3_close(handle)\n'
    write(tmp_path, "Sources/LatheStore/A.swift", code)
    assert rules(tmp_path) == []


def test_lines_are_counted_across_literals_and_comments(tmp_path: Path) -> None:
    code = 'let a = """\n    one\n    \\(b.c(")"))\n    """\n/* two\n lines */\nlet d = e!\n'
    write(tmp_path, "Sources/LatheEngine/A.swift", code)
    assert rules(tmp_path) == [("Sources/LatheEngine/A.swift", 7, "unwrap")]


def test_a_long_file_needs_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "Sources/LatheEngine/A.swift", "let a = 1\n" * 401)
    write(tmp_path, "python/b.py", "a = 1\n" * 400)
    assert rules(tmp_path) == [("Sources/LatheEngine/A.swift", 401, "length")]
    reason = {("length", "Sources/LatheEngine/A.swift"): "a table"}
    monkeypatch.setattr(table, "EXCEPTIONS", reason)
    assert rules(tmp_path) == []
