"""What a subtask answers with as data arrives as it was, without rows that are not in it."""

import fcntl
import os
from collections.abc import Callable
from typing import Any, cast

import pytest
from kernels import Answer, Kernel

from lathe_kernel import packages, results
from lathe_kernel.channel import Channel, Reply
from lathe_kernel.errors import LatheError
from lathe_kernel.schema import schema_of

np = packages.numpy()
pd = packages.pandas()
pa = packages.pyarrow()
pl = packages.polars()


class Engine:
    """Makes files and hands them out again, as the engine would."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, dict[str, Any]]] = {}
        self.released: list[str] = []

    def tell_released(self) -> None: ...

    def call(self, name: str, arguments: dict[str, Any]) -> Reply:
        if name == "data_file":
            descriptor = os.memfd_create("data", os.MFD_ALLOW_SEALING)
            os.ftruncate(descriptor, arguments["bytes"])
            seals = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
            identifier = f"d{len(self.files)}"
            self.files[identifier] = (descriptor, arguments | {"id": identifier})
            return Reply({"id": identifier}, (os.dup(descriptor),))
        assert name == "take_data"
        descriptor, _ = self.files[arguments["id"]]
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
        return Reply({}, (descriptor,))

    def through(self, value: object, schema: object) -> Any:
        channel = cast("Channel", self)
        sent = results.as_json(
            value, schema_of(schema), lambda data, kind: results.sent(data, kind, channel)
        )
        return results.restored(self._described(sent), channel)

    def _described(self, value: Any) -> Any:
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            if results.DATA in members:
                return {results.DATA: self.files[members[results.DATA]][1]}
            return {key: self._described(one) for key, one in members.items()}
        if isinstance(value, list):
            return [self._described(one) for one in cast("list[Any]", value)]
        return value


def _frame(rows: int = 1000) -> Any:
    numbers = np.arange(rows)
    return pd.DataFrame(
        {
            "n": numbers,
            "s": [f"SECRETROW {i}" for i in range(rows)],
            "t": pd.Timestamp("2013-01-01", tz="Europe/Berlin") + pd.to_timedelta(numbers, "s"),
            "k": pd.Categorical([("a", "b")[i % 2] for i in range(rows)]),
            "f": np.where(numbers % 3 == 0, np.nan, numbers * 0.5),
        }
    )


_TABLES: list[Callable[[], Any]] = [
    _frame,
    lambda: _frame().set_index(["n", "k"]),
    lambda: _frame(400_000),
    lambda: _frame().iloc[:0],
    lambda: pd.DataFrame({"a": []}),
]


@pytest.mark.parametrize("make", _TABLES)
def test_frames_arrive_as_they_were(make: Callable[[], Any]) -> None:
    handle = Engine().through(make(), results.Table)
    pd.testing.assert_frame_equal(handle.to_pandas(), make(), check_freq=False)
    assert handle.rows == len(make())
    assert "SECRETROW" not in repr(handle)


def test_tables_of_other_kinds_arrive_as_they_were() -> None:
    table = pa.Table.from_pandas(_frame())
    assert Engine().through(table, results.Table).arrow().equals(table)
    assert Engine().through(table.to_batches()[0], results.Table).arrow().equals(table)
    frame = pl.from_arrow(table)
    assert Engine().through(frame, results.Table).to_polars().equals(frame)
    assert Engine().through(pd.Series([1, 2], name="x"), results.Table).numpy().tolist() == [
        [1],
        [2],
    ]
    views = pa.table({"v": pa.array(["a", "SECRETROW"], pa.string_view())})
    assert Engine().through(views, results.Table).arrow().equals(views)
    assert "… 8 more" in repr(Engine().through(pd.DataFrame(np.ones((2, 20))), results.Table))


_CUTS: list[Callable[[Any], Any]] = [
    lambda table: table.slice(999, 1).drop_columns(["s"]),
    lambda table: table.slice(0, 5).drop_columns(["s"]),
    lambda table: pa.table({"s": pa.array(table["s"].to_pylist(), pa.string_view())[5:5]}),
]


@pytest.mark.parametrize("cut", _CUTS)
def test_a_table_holds_nothing_of_rows_that_were_cut_away(cut: Callable[[Any], Any]) -> None:
    engine = Engine()
    engine.through(cut(pa.Table.from_pandas(_frame(), preserve_index=False)), results.Table)
    (descriptor, described) = engine.files["d0"]
    assert b"SECRETROW" not in os.pread(descriptor, described["bytes"], 0)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(1_000_000)[::3],
        np.array(["2013-01-01", "NaT"], "M8[D]"),
        np.array(["ab", "c"]),
        np.zeros((0, 3)),
        np.array(3.0),
        np.array([True, False]),
        np.array([1 + 2j]),
        np.arange(3, dtype=">i4"),
    ],
)
def test_arrays_arrive_as_they_were(array: Any) -> None:
    arrived = Engine().through(array, results.Array).numpy()
    assert (arrived.dtype, arrived.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(arrived, array)


def test_data_is_found_wherever_the_schema_has_it() -> None:
    schema = {
        "parts": [results.Table],
        "by": dict[str, results.Array],
        "maybe": results.Table | None,
        "none": results.Table | None,
        "n": int,
    }
    value = {
        "parts": [_frame(2), _frame(3)],
        "by": {"a": np.ones(2), 7: np.ones(3)},
        "maybe": _frame(4),
        "none": None,
        "n": np.int64(5),
    }
    got = Engine().through(value, schema)
    assert [one.rows for one in got["parts"]] == [2, 3]
    assert {name: one.shape for name, one in got["by"].items()} == {"a": (2,), "7": (3,)}
    assert (got["maybe"].rows, got["none"], got["n"]) == (4, None, 5)
    assert Engine().through({"x": np.ones(2)}, {"x": list[float]}) == {"x": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (5, results.Table, "a int is no table"),
        ([1], results.Array, "a list is no array"),
        (np.array([{}], dtype=object), results.Array, "an array of object"),
        (np.zeros(2, dtype=[("a", "i4")]), results.Array, "ask for a lathe.Table"),
        (pd.DataFrame({"m": [1, {}]}), results.Table, "cannot become a table"),
    ],
)
def test_what_is_no_data_is_refused_with_the_mend(value: Any, kind: Any, said: str) -> None:
    with pytest.raises(LatheError, match=said):
        Engine().through(value, kind)


def test_a_dropped_result_is_told_and_cannot_be_used() -> None:
    engine = Engine()
    one, other = (engine.through(np.ones(2), results.Array) for _ in range(2))
    taken = other.numpy()
    one.drop()
    del other
    assert engine.released == ["d0"]
    assert taken.sum() == 2
    with pytest.raises(LatheError, match="was dropped"):
        one.numpy()


def test_the_state_lists_a_result_by_what_it_is(kernel: Kernel) -> None:
    record = {"id": "x:1", "kind": "table", "bytes": 9, "rows": 3, "columns": [["a", "int64"]]}
    outcome = {"id": 1, "label": "l", "status": "complete", "value": {results.DATA: record}}

    def wait(_arguments: dict[str, Any], _received: list[int]) -> Answer:
        return {"value": {"outcomes": [outcome]}}, []

    def delegate(_arguments: dict[str, Any], _received: list[int]) -> Answer:
        return {"value": {"subtasks": [{"id": 1, "label": "l", "uri": "subtask://1"}]}}, []

    kernel.handlers |= {"wait": wait, "delegate": delegate}
    ran = kernel.ok("rows = lathe.delegate('looker').result()\nprint(rows)")
    assert ran.stdout.startswith(
        "<lathe.Table: 3 rows, 1 columns (a int64), 9 bytes, not taken yet"
    )
    shown = ran.variable("rows")
    assert (shown["type"], shown["bytes"], shown["shape"]) == ("lathe.Table", 9, [3, 1])
    assert shown["columns"] == [["a", "int64"]]
    kernel.ok("del rows")
    kernel.handlers["drop_data"] = lambda _arguments, _received: ({"value": {}}, [])
    ran = kernel.ok("lathe.delegate('looker').label")
    assert ran.calls[0] == ("drop_data", {"ids": ["x:1"]})
