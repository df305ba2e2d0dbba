import json
import sqlite3
from pathlib import Path
from typing import Any

from conftest import MakeKernel
from kernels import Kernel

from lathe_kernel import packages

pd = packages.pandas()


def _start(make_kernel: MakeKernel, path: Path, kind: str) -> tuple[Kernel, dict[str, Any]]:
    kernel = make_kernel()
    started = kernel.start(inputs=[{"name": "data", "path": str(path), "format": kind}])
    return kernel, started


def _frame() -> Any:
    return pd.DataFrame({"carrier": ["UA", "AA"], "delay": [3.5, None], "day": ["2013-01-01"] * 2})


def test_tables_are_bound_with_shape_and_columns(make_kernel: MakeKernel, tmp_path: Path) -> None:
    frame = _frame()
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_csv(tmp_path / "t.tsv", index=False, sep="\t")
    frame.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    frame.to_json(tmp_path / "t.json", orient="records")
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    for kind, name in (
        ("parquet", "t.parquet"),
        ("csv", "t.csv"),
        ("tsv", "t.tsv"),
        ("jsonl", "t.jsonl"),
        ("json", "t.json"),
        ("excel", "t.xlsx"),
    ):
        kernel, started = _start(make_kernel, tmp_path / name, kind)
        assert started["problems"] == [], kind
        (item,) = started["variables"]["items"]
        assert (item["name"], item["type"], item["shape"]) == ("data", "DataFrame", [2, 3]), kind
        assert [column[0] for column in item["columns"]] == ["carrier", "delay", "day"]
        assert item["note"].startswith("input")
        assert "UA" not in json.dumps(started)
        assert kernel.ok("data.day.iloc[0]").text == "'2013-01-01'", kind


def test_json_that_is_no_table_stays_as_it_is(make_kernel: MakeKernel, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": [1, {"b": 2}]}')
    kernel, started = _start(make_kernel, tmp_path / "x.json", "json")
    assert started["variables"]["items"][0]["type"] == "dict"
    assert kernel.ok("data['a'][1]").text == "{'b': 2}"


def test_a_workbook_of_several_sheets_is_a_dict_of_frames(
    make_kernel: MakeKernel, tmp_path: Path
) -> None:
    with pd.ExcelWriter(tmp_path / "two.xlsx") as writer:
        _frame().to_excel(writer, sheet_name="first", index=False)
        _frame().to_excel(writer, sheet_name="second", index=False)
    kernel, started = _start(make_kernel, tmp_path / "two.xlsx", "excel")
    assert "'second' (2 rows, 3 columns)" in started["variables"]["items"][0]["note"]
    assert kernel.ok("sorted(data)").text == "['first', 'second']"


def test_a_database_is_read_only_and_described(make_kernel: MakeKernel, tmp_path: Path) -> None:
    path = tmp_path / "odd name?#.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute('create table "my orders" (id integer, city text)')
        connection.executemany('insert into "my orders" values (?, ?)', [(1, "Oslo"), (2, "Rome")])
    connection.close()
    kernel, started = _start(make_kernel, path, "sqlite")
    assert started["problems"] == []
    assert "my orders (2 rows): id INTEGER, city TEXT" in started["variables"]["items"][0]["note"]
    assert "Oslo" not in json.dumps(started)
    assert kernel.ok("data.read('my orders').shape").text == "(2, 2)"
    assert (
        "Rome" in kernel.ok("data.query('select city from \"my orders\" where id = ?', (2,))").text
    )
    assert "my orders" in kernel.run("data.read('nothing')").error["message"]
    refused = kernel.run("data.query('delete from \"my orders\"')")
    assert "readonly" in refused.error["message"]


def test_text_and_folders(make_kernel: MakeKernel, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo")
    kernel, started = _start(make_kernel, tmp_path / "a.txt", "text")
    assert started["variables"]["items"][0]["note"] == "input; 2 lines"
    assert kernel.ok("data").text == "'one\\ntwo'"
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "b.csv").write_text("x\n1\n")
    kernel, started = _start(make_kernel, folder, "folder")
    assert started["variables"]["items"][0]["note"] == (
        "input; folder of 1 files (1 .csv), 4 bytes: deep/b.csv"
    )
    assert kernel.ok("type(data).__name__").text == "'PosixPath'"
    assert kernel.ok("(data / 'deep' / 'b.csv').read_text()").text == "'x\\n1\\n'"


def test_a_broken_input_is_a_problem_and_the_kernel_works(
    make_kernel: MakeKernel, tmp_path: Path
) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"not parquet")
    kernel, started = _start(make_kernel, tmp_path / "bad.parquet", "parquet")
    (problem,) = started["problems"]
    assert problem.startswith("`data` (bad.parquet, parquet) could not be loaded: ArrowInvalid")
    assert started["variables"]["items"] == []
    assert kernel.ok("1 + 1").text == "2"
    _, started = _start(make_kernel, tmp_path / "missing.csv", "csv")
    assert "FileNotFoundError" in started["problems"][0]


def test_a_table_that_is_not_utf8_is_read_and_said(make_kernel: MakeKernel, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("name\nJosé\n".encode("latin-1"))
    kernel, started = _start(make_kernel, tmp_path / "latin.csv", "csv")
    assert "Latin-1" in started["problems"][0]
    assert kernel.ok("data.name[0]").text == "'José'"


def test_a_table_with_another_separator_or_in_utf_16_is_read_and_said(
    make_kernel: MakeKernel, tmp_path: Path
) -> None:
    (tmp_path / "semicolons.csv").write_text("city;price\nOslo;1,5\n")
    kernel, started = _start(make_kernel, tmp_path / "semicolons.csv", "csv")
    assert started["problems"] == ["`data` (semicolons.csv) was read with ';' between its columns."]
    assert kernel.ok("list(data.columns), data.price[0]").text == "(['city', 'price'], '1,5')"
    (tmp_path / "wide.csv").write_bytes("name,n\nJosé,1\n".encode("utf-16"))
    kernel, started = _start(make_kernel, tmp_path / "wide.csv", "csv")
    assert started["problems"] == []
    assert kernel.ok("data.name[0], list(data.columns)").text == "('José', ['name', 'n'])"


def test_numbers_that_are_text_stay_text(make_kernel: MakeKernel, tmp_path: Path) -> None:
    (tmp_path / "zip.jsonl").write_text('{"zip": "0012", "n": 1}\n')
    kernel, _ = _start(make_kernel, tmp_path / "zip.jsonl", "jsonl")
    assert kernel.ok("data.zip[0], int(data.n[0])").text == "('0012', 1)"


def test_a_database_in_write_ahead_mode_says_what_it_may_lack(
    make_kernel: MakeKernel, tmp_path: Path
) -> None:
    path = tmp_path / "wal.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table t (a)")
    connection.close()
    _, started = _start(make_kernel, path, "sqlite")
    assert "write-ahead" in started["problems"][0]
