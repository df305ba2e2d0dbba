"""What is loaded by `lathe.load_…` is handed over without being written again."""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernels import Kernel

from lathe_kernel import kept, loading, packages, slices
from lathe_kernel.errors import LatheError

np = packages.numpy()
pd = packages.pandas()
pa = packages.pyarrow()

_ROWS = 300_000


def _frame() -> Any:
    numbers = np.arange(_ROWS)
    return pd.DataFrame({"n": numbers, "f": numbers * 0.5, "s": [f"name {i}" for i in numbers]})


def _arrow_file(path: Path, new: Callable[..., Any]) -> None:
    table = pa.Table.from_pandas(_frame())
    with pa.OSFile(str(path), "wb") as sink, new(sink, table.schema) as writer:
        writer.write_table(table)


def _handed(store: kept.KeptFiles, value: object) -> slices.Slice:
    store.begin()
    try:
        return slices.freeze(value, store)
    finally:
        store.end()


@pytest.mark.parametrize("kind", ["parquet", "csv", "file", "stream"])
def test_loaded_data_is_handed_over_without_writing(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "data"
    store = kept.KeptFiles()
    if kind == "parquet":
        _frame().to_parquet(path)
        loaded = loading.parquet(path, {}, store)
    elif kind == "csv":
        _frame().to_csv(path, index=False)
        loaded = loading.csv(path, {}, store)
    else:
        _arrow_file(path, pa.ipc.new_file if kind == "file" else pa.ipc.new_stream)
        loaded = loading.arrow(path, store)
    as_frame = loaded.to_pandas() if isinstance(loaded, pa.Table) else loaded
    pd.testing.assert_frame_equal(as_frame, _frame())
    path.unlink()
    gc.collect()
    before = store.written
    made = _handed(store, loaded)
    assert store.written - before < 4_000
    arrived: Any = slices.thaw(made.manifest, made.descriptors)
    assert arrived.equals(loaded)


def test_a_change_in_loaded_data_is_seen_and_stays_with_whoever_made_it(tmp_path: Path) -> None:
    _frame().to_parquet(tmp_path / "data")
    store = kept.KeptFiles()
    loaded = loading.parquet(tmp_path / "data", {}, store)
    first = _handed(store, loaded)
    loaded.loc[_ROWS // 2, "f"] = -1.0
    second = _handed(store, loaded)
    one, other = (
        pd.DataFrame(slices.thaw(made.manifest, made.descriptors)) for made in (first, second)
    )
    pd.testing.assert_frame_equal(one, _frame())
    pd.testing.assert_frame_equal(other, loaded)


def test_files_of_loaded_data_go_with_it(tmp_path: Path) -> None:
    _frame().to_parquet(tmp_path / "data")
    store = kept.KeptFiles()
    loaded = loading.parquet(tmp_path / "data", {}, store)
    held = _handed(store, loaded).files
    assert all(file.is_open() for file in held)
    del loaded
    gc.collect()
    assert not any(file.is_open() for file in held)


def test_what_cannot_be_loaded_says_so(tmp_path: Path) -> None:
    path = tmp_path / "text.csv"
    path.write_text("a\n1\n2\n")
    store = kept.KeptFiles()
    with pytest.raises(LatheError, match=r"is no Arrow IPC file"):
        loading.arrow(path, store)
    with pytest.raises(LatheError, match="as a whole"):
        loading.csv(path, {"chunksize": 1}, store)


def test_the_lathe_object_loads(kernel: Kernel, tmp_path: Path) -> None:
    _frame().to_parquet(tmp_path / "data.parquet")
    code = f"df = lathe.load_parquet({os.fspath(tmp_path / 'data.parquet')!r}, columns=['n'])\n"
    assert kernel.ok(code + "df.shape, int(df.n.sum())").text == f"({_ROWS, 1}, 44999850000)"
