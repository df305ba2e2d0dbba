"""Python's own multiprocessing: a pickled argument, and an array in shared memory."""

import multiprocessing
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

from lathe_bench.handed import total


def _total_of_shared(name: str, count: int) -> float:
    memory = SharedMemory(name)
    try:
        return total(np.ndarray(count, dtype="float64", buffer=memory.buf))
    finally:
        memory.close()


class _Pools:
    """A pool whose workers were started before there was data: nothing is inherited."""

    def __init__(self) -> None:
        self._pool: Any = None

    def prepare(self, children: int, kind: str) -> None:
        """Start the workers."""
        self.stop()
        self._pool = multiprocessing.get_context("forkserver").Pool(children)
        self._pool.map(total, [np.ones(1)] * (4 * children), chunksize=1)

    def stop(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()
            self._pool = None


class PickledPeer(_Pools):
    """The data as an argument: pickled, sent through a pipe and unpickled for each child."""

    def hand_over(self, data: Any, children: int) -> list[float]:
        """Call each worker with the data."""
        return self._pool.map(total, [data] * children, chunksize=1)


class SharedMemoryPeer(_Pools):
    """An array copied into a segment of shared memory that the children attach to."""

    def hand_over(self, data: Any, children: int) -> list[float]:
        """Copy the array once and name the segment to each worker."""
        memory = SharedMemory(create=True, size=data.nbytes)
        try:
            np.ndarray(data.shape, dtype=data.dtype, buffer=memory.buf)[:] = data
            return self._pool.starmap(
                _total_of_shared, [(memory.name, data.size)] * children, chunksize=1
            )
        finally:
            memory.close()
            memory.unlink()
