"""dill: a namespace written to a file in shared memory, and read again."""

import sys
import tempfile
import time
import types
from importlib import import_module
from pathlib import Path
from typing import Any

from lathe_bench.handed import EXPECTED, made, total


class DillPeer:
    """A module that holds the data, as a session's namespace would."""

    def __init__(self) -> None:
        """Make the module; nothing is written yet."""
        # By name: it is installed for `make bench-kernel` only.
        self._dill: Any = import_module("dill")
        self._dill.settings["protocol"] = 5
        self._folder = tempfile.TemporaryDirectory(prefix="lathe-bench-dill-", dir="/dev/shm")
        self._file = str(Path(self._folder.name) / "namespace")
        self._namespace: Any = types.ModuleType("lathe_bench_namespace")
        sys.modules[self._namespace.__name__] = self._namespace

    def step(self, order: dict[str, Any]) -> list[float]:
        """Make the data, write the namespace, or change it and read it again."""
        match order["step"]:
            case "make":
                self._namespace.gigabyte = made("array")
            case "checkpoint":
                return [self._checkpoint()]
            case "rollback":
                return [self._rollback()]
            case unknown:
                raise ValueError(f"unknown step {unknown}")
        return []

    def stop(self) -> None:
        """Remove the file."""
        self._folder.cleanup()

    def _checkpoint(self) -> float:
        self._namespace.state = 1
        began = time.perf_counter()
        self._dill.dump_module(self._file, module=self._namespace)
        return time.perf_counter() - began

    def _rollback(self) -> float:
        # Dropped before: two would be a gigabyte more.
        self._namespace.state, self._namespace.gigabyte = 2, None
        began = time.perf_counter()
        self._dill.load_module(self._file, module=self._namespace)
        seconds = time.perf_counter() - began
        found = (self._namespace.state, total(self._namespace.gigabyte))
        if found != (1, EXPECTED):
            raise ValueError(f"dill read {found}")
        return seconds
