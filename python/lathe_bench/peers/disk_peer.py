"""A namespace or its data in a file on disk, synchronised, and read again by a running process."""

import os
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from lathe_bench.handed import EXPECTED, made, total

_FIRST = {"array": 57.0, "frame": 58.0}


class DiskPeer:
    """One way to write data to a file and read it; `mapped` maps joblib's, copying on write."""

    def __init__(self, way: str) -> None:
        """Nothing is written yet."""
        self._way = way
        self._folder = tempfile.TemporaryDirectory(prefix="lathe-bench-disk-")
        self._file = str(Path(self._folder.name) / "data")
        self._data: Any = None
        self._kind = "array"

    def step(self, order: dict[str, Any]) -> list[float]:
        """Make the data, save it, or read it to its first value or its sum."""
        times = int(order.get("count", 1))
        match order["step"]:
            case "make":
                self._kind = str(order["kind"])
                self._data = made(self._kind)
                self._save()
                return []
            case "save":
                return [_timed(self._save) for _ in range(times)]
            case "restore":
                self._data = None
                return [_timed(self._read_first) for _ in range(times)]
            case "restore_whole":
                self._data = None
                return [_timed(self._read_whole) for _ in range(times)]
            case unknown:
                raise ValueError(f"unknown step {unknown}")

    def stop(self) -> None:
        """Remove the file."""
        self._folder.cleanup()

    def _save(self) -> None:
        writer: Callable[[], None] = getattr(self, f"_write_{self._way.removesuffix('_mapped')}")
        Path(self._file).unlink(missing_ok=True)
        writer()
        descriptor = os.open(self._file, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def _write_dill(self) -> None:
        with Path(self._file).open("wb") as file:
            import_module("dill").dump({"gigabyte": self._data}, file, protocol=5)

    def _write_joblib(self) -> None:
        import_module("joblib").dump(self._data, self._file)

    def _write_parquet(self) -> None:
        pandas: Any = import_module("pandas")
        frame = self._data
        if self._kind == "array":
            frame = pandas.DataFrame({"gigabyte": self._data})
        frame.to_parquet(self._file, compression=None)

    def _read(self) -> Any:
        match self._way:
            case "dill":
                with Path(self._file).open("rb") as file:
                    return import_module("dill").load(file)["gigabyte"]
            case "joblib":
                return import_module("joblib").load(self._file)
            case "joblib_mapped":
                return import_module("joblib").load(self._file, mmap_mode="c")
            case _:
                pandas: Any = import_module("pandas")
                if self._kind == "array":
                    return pandas.read_parquet(self._file)["gigabyte"].to_numpy()
                return pandas.read_parquet(self._file, dtype_backend="pyarrow")

    def _read_first(self) -> None:
        data = self._read()
        value = data[12345] if self._kind == "array" else data["c1"].iloc[12345]
        _check(float(value), _FIRST[self._kind])

    def _read_whole(self) -> None:
        _check(total(self._read()), EXPECTED)


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _check(found: float, expected: float) -> None:
    if found != expected:
        raise ValueError(f"read {found}, not {expected}")
