import fcntl
import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from conftest import MakeKernel
from kernels import Kernel

from lathe_kernel import packages, slices
from lathe_kernel.errors import LatheError

np = packages.numpy()
pd = packages.pandas()
pa = packages.pyarrow()


def _through(value: object) -> Any:
    made = slices.freeze(value)
    try:
        return slices.thaw(made.manifest, made.descriptor)
    finally:
        os.close(made.descriptor)


def _flights(rows: int = 1000) -> Any:
    numbers = np.arange(rows)
    return pd.DataFrame(
        {
            "carrier": [("UA", "AA", "B6")[i % 3] for i in range(rows)],
            "delay": numbers * 0.5,
            "hour": numbers % 24,
            "day": pd.Timestamp("2013-01-01") + pd.to_timedelta(numbers, unit="h"),
            "kind": pd.Categorical([("a", "b")[i % 2] for i in range(rows)]),
            "mixed": pd.Series([("x", 1)[i % 2] for i in range(rows)], dtype=object),
        }
    )


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, "x", b"y", (1, 2), {3}]},
        "text",
        None,
        [],
        pd.Timestamp("2013-01-01"),
    ],
)
def test_plain_data_arrives_as_it_was(value: object) -> None:
    assert _through(value) == value


def test_frames_series_arrays_and_tables_arrive_as_they_were() -> None:
    frame = _flights()
    pd.testing.assert_frame_equal(_through(frame), frame)
    pd.testing.assert_frame_equal(
        _through(frame[frame.carrier == "UA"]), frame[frame.carrier == "UA"]
    )
    pd.testing.assert_frame_equal(_through(frame.iloc[10:20]), frame.iloc[10:20])
    pd.testing.assert_frame_equal(
        _through(frame.set_index(["carrier", "hour"])), frame.set_index(["carrier", "hour"])
    )
    pd.testing.assert_series_equal(_through(frame["delay"]), frame["delay"])
    pd.testing.assert_frame_equal(_through(frame.iloc[:0]), frame.iloc[:0])
    array = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(_through(array[:, ::2]), array[:, ::2])
    table = pa.table({"a": [1, 2, 3], "s": ["x", None, "z"]})
    assert _through(table) == table
    assert _through(table.slice(1, 1)) == table.slice(1, 1)
    assert _through(pa.array(["a", "b", "c"])[1:]) == pa.array(["b", "c"])


def test_object_columns_of_strings_become_arrow_strings_where_nothing_is_lost() -> None:
    frame = pd.DataFrame(
        {
            "all": pd.Series(["a", "b"], dtype=object),
            "none": pd.Series(["a", None], dtype=object),
            "mixed": pd.Series(["a", 1], dtype=object),
        }
    )
    made = _through(frame)
    assert str(made["all"].dtype) == "str"
    assert made["all"].tolist() == ["a", "b"]
    assert made["none"].tolist() == ["a", None]
    assert made["mixed"].tolist() == ["a", 1]
    assert frame["all"].dtype == object


def test_a_thawed_frame_can_be_worked_on_and_its_source_never_changes() -> None:
    source = _flights()
    before = source.copy()
    made = slices.freeze(source)
    one: Any = slices.thaw(made.manifest, made.descriptor)
    other: Any = slices.thaw(made.manifest, made.descriptor)
    one.loc[:, "delay"] = -1.0
    one.iloc[0, 2] = 99
    one["new"] = one["hour"] * 2
    one["carrier"] = one["carrier"].str.lower()
    one.sort_values("day", ascending=False, inplace=True)
    one.drop(columns=["kind"], inplace=True)
    one["hour"].to_numpy().sum()
    assert one.groupby("carrier")["delay"].mean().to_dict() == {"aa": -1.0, "b6": -1.0, "ua": -1.0}
    pd.testing.assert_frame_equal(other, before)
    pd.testing.assert_frame_equal(source, before)
    array = slices.freeze(np.zeros(4))
    mapped: Any = slices.thaw(array.manifest, array.descriptor)
    mapped += 1
    np.testing.assert_array_equal(
        np.asarray(slices.thaw(array.manifest, array.descriptor)), np.zeros(4)
    )
    os.close(made.descriptor)
    os.close(array.descriptor)


def test_the_file_is_sealed_and_its_buffers_are_aligned() -> None:
    made = slices.freeze(_flights())
    seals = fcntl.fcntl(made.descriptor, fcntl.F_GET_SEALS)
    wanted = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    assert seals == wanted
    with pytest.raises(PermissionError):
        os.pwrite(made.descriptor, b"x", 0)
    assert made.manifest["buffers"]
    assert all(start % 64 == 0 for start, _ in made.manifest["buffers"])
    assert (made.manifest["type"], made.manifest["shape"]) == ("DataFrame", [1000, 6])
    assert os.fstat(made.descriptor).st_size == made.manifest["bytes"]
    os.close(made.descriptor)


_CUTS: list[Callable[[Any], object]] = [
    lambda frame: frame[frame["name"] == "kept"],
    lambda frame: frame.iloc[-1:],
    lambda frame: frame.iloc[:1].iloc[:0],
    lambda frame: frame.groupby("name").get_group("kept"),
    lambda frame: pa.Table.from_pandas(frame).slice(999, 1),
    lambda frame: pa.Table.from_pandas(frame).slice(999, 1)["name"],
    lambda frame: frame["name"].iloc[-1:],
    lambda frame: pa.table({"n": frame["name"].tolist()})["n"].chunk(0)[999:],
    lambda frame: frame.tail(1).to_dict("list"),
]


@pytest.mark.parametrize("cut", _CUTS)
def test_a_slice_holds_nothing_of_the_rows_that_were_cut_away(
    cut: Callable[[Any], object],
) -> None:
    frame = pd.DataFrame({"name": ["SECRETROW"] * 999 + ["kept"], "n": range(1000)})
    made = slices.freeze(cut(frame))
    content = os.pread(made.descriptor, 1 << 24, 0)
    os.close(made.descriptor)
    assert b"SECRETROW" not in content


def test_what_another_kernel_could_not_load_is_refused_with_the_mend(kernel: Kernel) -> None:
    kernel.ok("class Mine: pass\ndef f(x): return x\nimport json")
    for code, said in (
        ("Mine()", "`Mine` is defined in this session"),
        ("[f]", "`f` is defined in this session"),
        ("json", "module `json`"),
        ("open('/dev/null')", "plain data"),
    ):
        ran = kernel.run(f"lathe.delegate('agent_name', 'task', data={code})")
        assert said in ran.error["message"], code
        assert ran.calls == []


def test_a_second_hand_over_writes_nothing_unless_the_frame_changed() -> None:
    cache = slices.SliceCache()
    frame = _flights()
    first, temporary = cache.frozen(frame)
    assert not temporary
    assert cache.frozen(frame)[0] is first
    changes: list[Callable[[Any], object]] = [
        lambda f: f.__setitem__("extra", 1),
        lambda f: f.loc.__setitem__((0, "delay"), 5.0),
        lambda f: f.iloc.__setitem__((1, 0), "ZZ"),
        lambda f: f.sort_values("delay", ascending=False, inplace=True),
        lambda f: f.rename(columns={"hour": "h"}, inplace=True),
        lambda f: f.index.set_names("row", inplace=True),
    ]
    for change in changes:
        before, _ = cache.frozen(frame)
        change(frame)
        after, _ = cache.frozen(frame)
        assert after is not before
        pd.testing.assert_frame_equal(
            pd.DataFrame(slices.thaw(after.manifest, after.descriptor)), frame
        )
        assert cache.frozen(frame)[0] is after


def test_the_cache_lets_go_of_frames_that_are_gone() -> None:
    cache = slices.SliceCache()
    frame = pd.DataFrame({"a": range(10)})
    made, _ = cache.frozen(frame)
    del frame
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(made.descriptor)


def test_a_change_inside_a_list_in_a_column_is_seen() -> None:
    frame = pd.DataFrame({"a": pd.Series([[1], [2]], dtype=object)})
    cache = slices.SliceCache()
    first, _ = cache.frozen(frame)
    assert cache.frozen(frame)[0] is first
    frame["a"].iloc[0].append(5)
    changed, _ = cache.frozen(frame)
    assert pd.DataFrame(slices.thaw(changed.manifest, changed.descriptor))["a"][0] == [1, 5]


def test_a_slice_reaches_another_kernel_and_changes_there_stay_there(
    make_kernel: MakeKernel,
) -> None:
    parent, child = make_kernel(), make_kernel()
    parent.start()
    started: list[dict[str, Any]] = []

    def delegate(
        arguments: dict[str, Any], received: list[int]
    ) -> tuple[dict[str, Any], list[int]]:
        (item,) = arguments["items"]
        named = [{"name": "data", "manifest": item["manifest"]}]
        started.append(child.start("subtask", received, slices=named))
        return {
            "value": {"subtasks": [{"id": 1, "label": item["label"], "uri": "subtask://1"}]}
        }, []

    parent.handlers["delegate"] = delegate
    parent.ok("import pandas as pd\ndf = pd.DataFrame({'a': range(1000), 's': ['x'] * 1000})")
    assert (
        parent.ok("lathe.delegate('looker', 'look', data=df)").text
        == "Subtask(subtask://1, 'looker')"
    )
    (item,) = started[0]["variables"]["items"]
    assert (item["name"], item["shape"], item["note"]) == ("data", [1000, 2], "slice")
    assert (
        child.ok("data['a'] += 1\ndata.iloc[0, 1] = 'changed'\nint(data.a.sum())").text == "500500"
    )
    assert parent.ok("(int(df.a.sum()), df.s.unique().tolist())").text == "(499500, ['x'])"


def test_a_manifest_that_does_not_fit_its_file_is_a_problem_not_a_crash(kernel: Kernel) -> None:
    manifest = {"descriptor": 3, "pickle": [0, 10], "buffers": []}
    started = kernel.start("subtask", slices=[{"name": "data", "manifest": manifest}])
    assert "could not be read" in started["problems"][0]
    assert kernel.ok("1").text == "1"


def test_a_slice_that_does_not_fit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(27, "File too large")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(LatheError, match="hand over fewer rows"):
        slices.freeze(np.zeros(1000))


def test_two_hundred_megabytes_are_handed_over(capsys: pytest.CaptureFixture[str]) -> None:
    rows = 5_000_000
    frame = pd.DataFrame({f"c{i}": np.arange(rows, dtype="float64") for i in range(5)})
    clock = time.perf_counter
    t0 = clock()
    made = slices.freeze(frame)
    t1 = clock()
    thawed: Any = slices.thaw(made.manifest, made.descriptor)
    t2 = clock()
    total = thawed["c0"].sum()
    t3 = clock()
    os.close(made.descriptor)
    assert total == rows * (rows - 1) / 2
    assert made.manifest["bytes"] >= 200_000_000
    with capsys.disabled():
        print(f"\n200 MB: freeze {t1 - t0:.3f} s, thaw {t2 - t1:.4f} s, first use {t3 - t2:.3f} s")
