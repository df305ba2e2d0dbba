"""joblib: loky's processes, arrays through memory maps of files in /dev/shm."""

from importlib import import_module
from typing import Any

from lathe_bench.handed import made, total


class JoblibPeer:
    """As many workers as children, started and warmed up before."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        # By name: it is installed for `make bench-kernel` only.
        self._joblib: Any = import_module("joblib")
        self._parallel: Any = None
        self._config: Any = None

    def prepare(self, children: int, kind: str) -> None:
        """Start the workers anew where their number changes."""
        self.stop()
        self._config = self._joblib.parallel_config(
            "loky", n_jobs=max(children, 2), max_nbytes="1M", mmap_mode="r", temp_folder="/dev/shm"
        )
        self._config.__enter__()
        self._parallel = self._joblib.Parallel()
        self._parallel.__enter__()
        small = made(kind, 1 << 13)
        self._calls(small, 4 * children)

    def hand_over(self, data: Any, children: int) -> list[float]:
        """Call the workers; joblib writes an array to a file once, and pickles a frame for each."""
        return self._calls(data, children)

    def _calls(self, data: Any, count: int) -> list[float]:
        return list(self._parallel(self._joblib.delayed(total)(data) for _ in range(count)))

    def stop(self) -> None:
        """End the workers."""
        if self._parallel is not None:
            self._parallel.__exit__(None, None, None)
            self._config.__exit__(None, None, None)
            self._parallel = None
