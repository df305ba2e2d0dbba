"""Serve one peer: a step a line on standard input, its answer a line on standard output."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from lathe_bench.handed import EXPECTED, made
from lathe_bench.peers.port import Peer


def _ray() -> Peer:
    from lathe_bench.peers.ray_peer import RayPeer

    return RayPeer()


def _joblib() -> Peer:
    from lathe_bench.peers.joblib_peer import JoblibPeer

    return JoblibPeer()


def _pickled() -> Peer:
    from lathe_bench.peers.multiprocessing_peer import PickledPeer

    return PickledPeer()


def _shared_memory() -> Peer:
    from lathe_bench.peers.multiprocessing_peer import SharedMemoryPeer

    return SharedMemoryPeer()


class Server(Protocol):
    """Who does the steps."""

    def step(self, order: dict[str, Any]) -> list[float]:
        """Do one step and return its seconds."""
        ...

    def stop(self) -> None:
        """End everything that was started."""
        ...


class Served:
    """A peer and the data that it hands over."""

    def __init__(self, peer: Peer) -> None:
        """Nothing is made yet."""
        self._peer = peer
        self._data: Any = None

    def step(self, order: dict[str, Any]) -> list[float]:
        """Do one step and return its seconds."""
        children, kind = int(order.get("count", 1)), str(order.get("kind", ""))
        match order["step"]:
            case "prepare":
                self._peer.prepare(children, kind)
            case "make":
                # The old one first: two would be a gigabyte more than the figure says.
                self._data = None
                self._data = made(kind)
            case "hand_over":
                return [self._handed_over(children)]
            case "drop":
                self._data = None
            case unknown:
                raise ValueError(f"unknown step {unknown}")
        return []

    def stop(self) -> None:
        """End the peer."""
        self._peer.stop()

    def _handed_over(self, children: int) -> float:
        began = time.perf_counter()
        sums = self._peer.hand_over(self._data, children)
        seconds = time.perf_counter() - began
        if sums != [EXPECTED] * children:
            raise ValueError(f"the sums are {sums}, not {children} times {EXPECTED}")
        return seconds


def _dill() -> Server:
    from lathe_bench.peers.dill_peer import DillPeer

    return DillPeer()


def _on_disk(way: str) -> Callable[[], Server]:
    def make() -> Server:
        from lathe_bench.peers.disk_peer import DiskPeer

        return DiskPeer(way)

    return make


_SERVERS: dict[str, Callable[[], Server]] = {
    "ray": lambda: Served(_ray()),
    "joblib": lambda: Served(_joblib()),
    "multiprocessing": lambda: Served(_pickled()),
    "shared_memory": lambda: Served(_shared_memory()),
    "dill": _dill,
    "disk_dill": _on_disk("dill"),
    "disk_joblib": _on_disk("joblib"),
    "disk_joblib_mapped": _on_disk("joblib_mapped"),
    "disk_parquet": _on_disk("parquet"),
}


def main(arguments: list[str]) -> int:
    """Serve until the input ends."""
    if len(arguments) != 1 or arguments[0] not in _SERVERS:
        print(f"usage: python -m lathe_bench.peers {'|'.join(_SERVERS)}", file=sys.stderr)
        return 2
    # What a peer prints is no answer.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    served = _SERVERS[arguments[0]]()
    try:
        for line in sys.stdin:
            try:
                answer: dict[str, Any] = {"seconds": served.step(json.loads(line))}
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            answers.write(json.dumps(answer) + "\n")
    finally:
        served.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
