import fcntl
import mmap
import os
from collections.abc import Callable
from typing import Any, cast

import pytest
from conftest import MakeKernel
from kernels import Kernel

from lathe_kernel import packages, slices
from lathe_kernel.errors import LatheError
from lathe_kernel.kept import KeptFiles

np = packages.numpy()
pd = packages.pandas()
pa = packages.pyarrow()
pl = packages.polars()


def _frozen(value: object) -> slices.Slice:
    store = KeptFiles()
    store.begin()
    return slices.freeze(value, store)


def _through(value: object) -> Any:
    made = _frozen(value)
    return slices.thaw(made.manifest, made.descriptors)


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
    made = _frozen(source)
    one: Any = slices.thaw(made.manifest, made.descriptors)
    other: Any = slices.thaw(made.manifest, made.descriptors)
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
    array = _frozen(np.zeros(1 << 20))
    mapped: Any = slices.thaw(array.manifest, array.descriptors)
    mapped += 1
    fresh: Any = slices.thaw(array.manifest, array.descriptors)
    assert not fresh.any()


def test_every_file_is_sealed_and_buffers_are_aligned() -> None:
    made = _frozen(_flights(300_000))
    wanted = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    for descriptor in made.descriptors:
        assert fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) == wanted
        with pytest.raises(PermissionError):
            os.pwrite(descriptor, b"x", 0)
        with pytest.raises(PermissionError):
            mmap.mmap(descriptor, 0, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    assert made.manifest["buffers"]
    assert all(start % 16 == 0 for _, start, _ in made.manifest["buffers"])
    assert (made.manifest["type"], made.manifest["shape"]) == ("DataFrame", [300_000, 6])


def test_every_large_buffer_is_a_file_of_its_own_and_the_rest_lies_together() -> None:
    columns = {f"c{i}": np.arange(300_000.0) + i for i in range(5)}
    made = _frozen(columns | {"small": np.arange(10_000)})
    assert len(made.files) == 6
    few = slices.freeze(columns, KeptFiles(), 3)
    assert len(few.files) == 3
    arrived: Any = slices.thaw(few.manifest, few.descriptors)
    assert all((arrived[name] == column).all() for name, column in columns.items())


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
    lambda frame: frame.set_index(["name", "n"]).tail(1),
    lambda frame: pl.from_pandas(frame).filter(pl.col("name") == "kept"),
    lambda frame: pl.from_pandas(frame).tail(1)["name"],
    lambda frame: pa.array(frame["name"].tolist(), pa.string_view())[999:],
    lambda frame: np.array(frame["name"].tolist())[999:],
]


@pytest.mark.parametrize("cut", _CUTS)
def test_a_slice_holds_nothing_of_the_rows_that_were_cut_away(
    cut: Callable[[Any], object],
) -> None:
    frame = pd.DataFrame({"name": ["SECRETROW"] * 999 + ["kept"], "n": range(1000)})
    made = _frozen(cut(frame))
    assert all(b"SECRETROW" not in os.pread(one, 1 << 24, 0) for one in made.descriptors)


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
    file = os.memfd_create("short")
    os.write(file, b"short")
    for extents in ([[1, 0, 1]], [[0, 0, 6]], [[0, -1, 2]], [[0, 5, 1]], [[0, 0]], [[0, 0, 5]]):
        manifest = {"descriptors": [0], "pickle": extents, "buffers": []}
        named = [{"name": "data", "manifest": manifest}]
        started = kernel.start("subtask", [file], slices=named)
        assert "could not be read" in started["problems"][0], extents
    assert kernel.ok("1").text == "1"


def test_a_slice_that_does_not_fit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(27, "File too large")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(LatheError, match="hand over fewer rows"):
        _frozen(np.zeros(1000))


def _large() -> dict[str, Callable[[], Any]]:
    rows = 300_000
    numbers = np.arange(rows)
    frame = pd.DataFrame(
        {
            "n": numbers,
            "f": numbers * 0.5,
            "s": [f"name {i}" for i in range(rows)],
            "t": pd.Timestamp("2013-01-01", tz="Europe/Berlin") + pd.to_timedelta(numbers, "s"),
            "k": pd.Categorical([("a", "b")[i % 2] for i in range(rows)]),
        }
    )
    structured = np.zeros(rows, dtype=[("a", "i4"), ("t", "M8[s]"), ("s", "U5")])
    table = pa.Table.from_pandas(frame)
    square = np.arange(1_000_000.0).reshape(1000, 1000)
    return {
        "frame": lambda: frame.copy(),
        "series": lambda: frame["s"].copy(),
        "multi-index": lambda: frame.set_index(["n", "k"]),
        "arrow frame": lambda: frame.convert_dtypes(dtype_backend="pyarrow"),
        "duplicate columns": lambda: pd.concat([frame[["s"]].astype(object)] * 2, axis=1),
        "fortran": lambda: np.asfortranarray(square),
        "strided": lambda: square[::2, ::3],
        "turned": lambda: square.reshape(100, 100, 100).transpose(2, 0, 1)[:, ::2],
        "structured": lambda: structured.copy(),
        "dates": lambda: numbers.astype("M8[s]"),
        "table": lambda: table.slice(0),
        "batch": lambda: table.to_batches()[0],
        "part of a table": lambda: table.slice(1000, 250_000),
        "arrow array": lambda: pa.array(numbers),
        "polars": lambda: pl.from_arrow(table),
        "polars series": lambda: pl.Series("s", frame["s"].to_numpy()),
        "wide integers": lambda: pl.Series("i", range(100_000), dtype=pl.Int128),
        "bytes": lambda: bytes(3 << 20),
        "bytearray": lambda: bytearray(b"x" * (3 << 20)),
        "text": lambda: "é" * (2 << 20),
        "nested": lambda: {"list": [square.copy(), {"frame": frame.copy()}], "b": b"x" * (2 << 20)},
    }


def _assert_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, dict):
        for name in one | other:
            _assert_same(one[name], other[name])
    elif isinstance(one, list):
        for place in range(max(len(cast("list[Any]", one)), len(other))):
            _assert_same(one[place], other[place])
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_column_type=False)
    elif isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, other)
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert (one == other).all()
    elif isinstance(one, pa.Table | pa.RecordBatch | pa.Array | pl.DataFrame | pl.Series):
        assert one.equals(other)
        assert getattr(one, "schema", None) == getattr(other, "schema", None)
    else:
        assert one == other


@pytest.mark.parametrize("kind", list(_large()))
def test_what_is_handed_over_arrives_and_a_second_time_nothing_is_written(kind: str) -> None:
    value = _large()[kind]()
    store = KeptFiles()
    store.begin()
    made = slices.freeze(value, store)
    store.end()
    arrived = slices.thaw(made.manifest, made.descriptors)
    wanted = pd.concat([value.iloc[:, [0]].astype("str")] * 2, axis=1) if "dup" in kind else value
    _assert_same(wanted, arrived)
    assert store.written >= (1 << 20)
    before = store.written
    store.begin()
    again = slices.freeze(value, store)
    store.end()
    assert store.written == before
    assert again.descriptors == made.descriptors


def test_no_view_drags_its_base_along() -> None:
    base = np.zeros((4000, 1000))
    for view in (base[:, :10], base[10:20], base[::400], base.T[:20], base[:100, 5:15].T):
        made = _frozen(view)
        assert made.manifest["bytes"] < view.nbytes + 2000
        assert sum(os.fstat(one).st_blocks * 512 for one in made.descriptors) < 4 << 20


def test_objects_that_are_no_text_go_as_a_copy_and_the_slice_says_so() -> None:
    frame = pd.DataFrame({"m": pd.Series(["x", 1, None], dtype=object), "s": ["a", "b", "c"]})
    notes = _frozen({"frame": frame}).notes
    assert len(notes) == 1
    assert "'m'" in notes[0]
    assert "copied, not shared" in notes[0]
    assert _frozen(frame[["s"]]).notes == ()
    assert "an array of 2 items" in _frozen(np.array([{}, []], dtype=object)).notes[0]
