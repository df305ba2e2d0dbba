"""Saving a kernel's working memory and bringing it back in another, as lathe does it."""

import hashlib
import os
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from kernels import Kernel

SAVE, RESTORE, SAVED, RESTORED = 22, 23, 38, 39
FORMATS = ("npy", "arrows", "json", "pickle", "pack", "index")
END = (1 << 64) - 1
MakeKernel = Callable[[], Kernel]


@dataclass
class Save:
    told: dict[str, Any]
    contents: list[bytes]
    written: list[bytes]

    @property
    def known(self) -> list[dict[str, Any]]:
        return [{"sha256": part_name(one), "bytes": len(one)} for one in self.contents]

    @property
    def unsaved(self) -> dict[str, str]:
        return {one["name"]: one["reason"] for one in self.told["unsaved"]}


def part_name(content: bytes) -> str:
    """The SHA-256 of one piece, else that of the SHA-256s of all, as lathe names parts."""
    pieces = [content[start : start + (8 << 20)] for start in range(0, len(content), 8 << 20)]
    digests = [hashlib.sha256(piece).digest() for piece in pieces or [b""]]
    return (digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()).hex()


def save(kernel: Kernel, before: Save | None = None) -> Save:
    reader, writer = os.pipe()
    written: list[bytes] = []
    forms: list[str] = []

    def take() -> None:
        with os.fdopen(reader, "rb") as file:

            def number() -> int:
                return struct.unpack("<Q", file.read(8))[0]

            while (form := number()) != END:
                forms.append(FORMATS[form])
                content = bytearray()
                while length := number():
                    content += file.read(length)
                written.append(bytes(content))

    thread = threading.Thread(target=take)
    thread.start()
    known = before.known if before else []
    told = kernel.exchange(SAVE, {"parts": known}, SAVED, [writer]).payload
    os.close(writer)
    thread.join()
    assert "failed" not in told, told
    assert forms == [part["format"] for part in told["parts"] if "format" in part]
    sent = iter(written)
    kept = before.contents if before else []
    numbers: list[int | None] = [part.get("kept") for part in told["parts"]]
    contents = [next(sent) if number is None else kept[number] for number in numbers]
    return Save(told, contents, written)


def restore(
    kernel: Kernel, saved: Save, cells: dict[int, str] | None = None, **started: Any
) -> dict[str, Any]:
    assert kernel.start(**started)["problems"] == []
    files: list[int] = []
    for content in saved.contents:
        files.append(os.memfd_create("part"))
        os.write(files[-1], content)
    every = [[number, code] for number, code in (cells or {}).items()]
    payload = {
        "parts": list(range(len(files))),
        "index": saved.told["index"],
        "cells": every,
        "pure": list(cells or ()),
    }
    told = kernel.exchange(RESTORE, payload, RESTORED, files).payload
    for file in files:
        os.close(file)
    return told


@pytest.fixture
def moved(make_kernel: MakeKernel) -> Callable[[str], Kernel]:
    """Give a kernel that took up what a cell left in another."""

    def move(code: str) -> Kernel:
        first = make_kernel()
        first.start()
        first.ok(code)
        second = make_kernel()
        second.cell = 1
        told = restore(second, save(first), {1: code})
        assert "refused" not in told, told
        return second

    return move


def test_names_for_one_object_stay_one(moved: Callable[[str], Kernel]) -> None:
    kernel = moved("""
rows = [1]; same = rows; box = {"rows": rows, "twice": [rows, rows]}
a = np.arange(400_000.); view = a[10:20]; turned = a.reshape(4, -1).T
small = np.zeros(10); window = small[2:5]; every = small[::2]; box["a"] = a
""")
    kernel.ok("assert same is rows and box['rows'] is rows and box['twice'][0] is box['twice'][1]")
    kernel.ok("assert box['a'] is a and np.shares_memory(a, view) and np.shares_memory(a, turned)")
    kernel.ok("a[10] = -1; small[2] = 7\nassert (view[0], turned[10, 0]) == (-1, -1)")
    kernel.ok("assert window[0] == 7 and every[1] == 7 and turned.shape == (100_000, 4)")


def test_frames_come_back_as_they_were_and_apart(moved: Callable[[str], Kernel]) -> None:
    make = """
import pyarrow as pa
def frames():
    plain = pd.DataFrame({"x": range(150_000), "y": np.arange(150_000) * 1.5})
    plain["ok"] = [True, False] * 75_000
    plain["text"] = [f"t{i % 70}" for i in range(150_000)]
    plain["when"] = pd.date_range("2020", periods=150_000, freq="min", tz="Europe/Paris")
    plain["kind"] = plain["text"].astype("category")
    plain["maybe"] = pd.array([1, None] * 75_000, dtype="Int64")
    objects = pd.DataFrame({"o": pd.Series([1, "a", None], dtype=object)})
    return plain, plain.set_index(["text", "x"]), plain.groupby("text").y.sum(), objects
table = pa.table({"n": range(500_000), "s": ["a", None] * 250_000})
column, chunk, batch = table["s"], table["s"].chunk(0), table.to_batches()[0]
"""
    kernel = moved(make + "plain, indexed, sums, objects = frames(); series = plain['y']")
    kernel.ok("""
import pandas.testing as same
for mine, other in zip((plain, indexed, objects), (frames()[0], frames()[1], frames()[3])):
    same.assert_frame_equal(mine, other)
same.assert_series_equal(sums, frames()[2])
assert plain.dtypes.equals(frames()[0].dtypes)
plain.loc[0, "y"] = -5.0
assert series[0] == 0.0, "a change in a frame shows in no other object of pandas'"
plain.sort_values("x", ascending=False, inplace=True); plain["new"] = 1
""")
    kernel.ok("assert table.num_rows == 500_000 and column.null_count == 250_000")
    kernel.ok("assert isinstance(chunk, pa.Array) and isinstance(batch, pa.RecordBatch)")
    kernel.ok("assert chunk.equals(column.chunk(0)) and batch.schema == table.schema")


def test_functions_and_classes_see_the_sessions_variables(moved: Callable[[str], Kernel]) -> None:
    kernel = moved('''
import dataclasses, enum, functools
factor = 10
def scaled(x, plus=1):
    """Scale."""
    return x * factor + plus
def adder(n):
    def add(m): return n + m + factor
    return add
five = adder(5); power = lambda x: x ** 2; half = functools.partial(scaled, 5)
class Shape:
    sides = 0
    def __init__(self, name): self.name = name
    def area(self): return factor
class Square(Shape):
    sides = 4
    def area(self): return super().area() * 2
@dataclasses.dataclass(frozen=True)
class Point: x: int = 0
class Color(enum.Enum): RED = 1
square, point, red, method = Square("s"), Point(3), Color.RED, Square("t").area
''')
    kernel.ok("assert (scaled(2), five(1), power(3), half()) == (21, 16, 9, 51)")
    kernel.ok(
        "factor = 20\nassert (scaled(2), five(1), square.area(), method()) == (41, 26, 40, 40)"
    )
    kernel.ok("assert type(square) is Square and isinstance(square, Shape) and Point(3) == point")
    kernel.ok("assert red is Color.RED and square.sides == 4 and scaled.__doc__ == 'Scale.'")
    assert "def scaled(x, plus=1):" in kernel.ok("import inspect; inspect.getsource(scaled)").text


def test_results_and_plain_values_come_back(moved: Callable[[str], Kernel]) -> None:
    kernel = moved("""
import collections, datetime, decimal, random
plain = {"a": [1, 2.5, "é\\n", None, True, -0.0], "b": {}}
others = (10**40, 1e300, float("nan"), b"x", {1, "b"}, frozenset({2}), 1 + 2j, range(3), "\\ud800")
counted = collections.Counter("abca"); when = datetime.date(2026, 1, 2)
price = decimal.Decimal("1.10")
loop = []; loop.append(loop)
generator = np.random.default_rng(3); masked = np.ma.masked_array([1, 2, 3], [0, 1, 0])
records = np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")])
mixed = np.array([1, "a"], dtype=object)
[1, 2, 3]
""")
    kernel.ok("assert plain == {'a': [1, 2.5, 'é\\n', None, True, 0.0], 'b': {}}")
    kernel.ok("assert others[0] == 10**40 and others[2] != others[2] and others[-1] == '\\ud800'")
    kernel.ok("assert counted['a'] == 2 and str(price) == '1.10' and loop[0] is loop")
    kernel.ok("assert masked.sum() == 4 and records['b'][0] == 2.5 and mixed[1] == 'a'")
    kernel.ok("assert _1 == [1, 2, 3] and Out[1] is _1 and generator.integers(9) >= 0")


def test_what_cannot_be_saved_is_named_with_its_reason(kernel: Kernel) -> None:
    kernel.ok("import threading; fine = 1; held = open('/etc/hostname'); lock = threading.Lock()")
    kernel.ok("rows = (i for i in range(3)); inside = {'lock': lock, 'data': [1]}; more = [fine]")
    saved = save(kernel)
    assert set(saved.unsaved) == {"held", "lock", "rows", "inside"}
    assert saved.unsaved["held"] == "an open file cannot be saved"
    assert "generator" in saved.unsaved["rows"]
    cells = {one["name"]: one["cell"] for one in saved.told["unsaved"]}
    assert cells == {"held": 1, "lock": 1, "rows": 2, "inside": 2}
    assert {one["name"] for one in saved.told["variables"]} == {"fine", "more"}


def test_columns_of_a_frame_that_came_back_count_once(make_kernel: MakeKernel) -> None:
    first, second = make_kernel(), make_kernel()
    first.start()
    first.ok(
        "f = pd.DataFrame(np.arange(8_000_000.).reshape(8, -1).T)\nc = [f[i] for i in range(8)]"
    )
    assert restore(second, save(first))["lost"] == []
    second.ok("from lathe_kernel import pressure\nassert pressure.used() < 2.5 * f.size * 8")
    second.ok("c[3].iloc[5] = -1.0\nassert f.iloc[5, 3] == 3_000_005.0 and c[3].iloc[5] == -1")
    second.ok("assert all((c[i].iloc[6:] == f[i].iloc[6:]).all() for i in range(8))")


def test_only_what_changed_is_written_again(kernel: Kernel) -> None:
    kernel.ok("a = np.zeros(1_000_000); b = np.ones(500_000); t = {'k': [1]}; word = 'x'")
    first = save(kernel)
    unchanged = save(kernel, first)
    assert sum(map(len, unchanged.written)) < 20_000
    kernel.ok("b[7] = 5")
    changed = save(kernel, unchanged)
    large = [len(one) for one in changed.written if len(one) > 1 << 20]
    assert large == [4_000_128]


def test_a_large_pickle_is_sent_as_it_comes(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.start()
    kernel.ok("many = {i: (i, f'{i:07}' * 15_000) for i in range(700)}; keep = many[5]")
    saved = save(kernel)
    assert max(map(len, saved.contents)) > 64 << 20
    other = make_kernel()
    assert restore(other, saved)["lost"] == []
    other.ok("assert len(many) == 700 and many[699][1] == '0000699' * 15_000 and keep is many[5]")


def test_other_versions_are_refused_and_nothing_is_there(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.start()
    kernel.ok("x = 1")
    saved = save(kernel)
    index = int(saved.told["index"])
    content: bytes = saved.contents[index]
    saved.contents[index] = content.replace(b'"numpy":"', b'"numpy":"1')
    other = make_kernel()
    told = restore(other, saved)
    assert "it was saved with numpy 1" in told["refused"]
    assert other.run("x").error["type"] == "NameError"


def test_damage_is_told_and_harms_nobody(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.start()
    kernel.ok("a = np.arange(1_000_000); box = [a]")
    saved = save(kernel)
    saved.contents = [
        content if number == saved.told["index"] else content[: len(content) // 2]
        for number, content in enumerate(saved.contents)
    ]
    other = make_kernel()
    told = restore(other, saved)
    assert "refused" in told or {one["name"] for one in told["lost"]} == {"a", "box"}
    other.ok("1 + 1")


def test_what_is_made_again_is_only_what_gives_the_same(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.start()
    codes = {
        1: "n = 3; m = 4",
        2: "first = (i for i in range(n)); total = 0",
        3: "second = (i for i in range(m)); total += 1",
        4: "third, mixed = (i for i in range(n)), 5",
        5: "def fresh(): return (i for i in range(2))\nfourth = fresh()",
        6: "m = 9",
    }
    for code in codes.values():
        kernel.ok(code)
    saved = save(kernel)
    other = make_kernel()
    told = restore(other, saved, codes)
    assert told["rebuilt"] == ["first", "fourth"]
    assert {one["name"] for one in told["lost"]} == {"second", "third"}
    other.ok("assert (list(first), list(fourth), total, mixed) == ([0, 1, 2], [0, 1], 1, 5)")


def test_a_restored_memory_is_saved_again_without_being_written(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.start()
    kernel.ok("a = np.arange(1_000_000.)\nclass P: pass\np = P(); p.a = a[::2]")
    saved = save(kernel)
    other = make_kernel()
    restore(other, saved)
    again = save(other, saved)
    assert [len(one) for one in again.written if len(one) > 1 << 20] == []
    third = make_kernel()
    assert restore(third, again)["lost"] == []
    third.ok("a[0] = 3\nassert p.a[0] == 3 and type(p) is P")


def test_nothing_that_a_kernel_does_reaches_the_parts(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.start()
    kernel.ok("a = np.zeros(500_000)")
    saved = save(kernel)
    one, other = make_kernel(), make_kernel()
    restore(one, saved)
    restore(other, saved)
    one.ok("a[:] = 1")
    other.ok("assert a.sum() == 0")
