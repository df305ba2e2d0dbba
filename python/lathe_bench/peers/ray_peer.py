"""ray: an object store in shared memory whose pages are there before they are needed."""

import logging
import os
import tempfile
from importlib import import_module
from typing import Any

# Before ray is imported: it reads them then. Nothing is sent anywhere.
os.environ |= {
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_preallocate_plasma_memory": "1",
    "RAY_DEDUP_LOGS": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}

from lathe_bench.handed import made, total

_STORE = 4 << 30


class _Summer:
    def ready(self) -> bool:
        return True

    def total(self, data: Any) -> float:
        return total(data)


class RayPeer:
    """Actors that are started before; the data is put into the store once for all of them."""

    def __init__(self) -> None:
        """Start ray on this machine."""
        self._folder = tempfile.TemporaryDirectory(prefix="lathe-bench-ray-")
        # By name: it is installed for `make bench-kernel` only.
        api: Any = import_module("ray")
        api.init(
            num_cpus=os.cpu_count(),
            include_dashboard=False,
            object_store_memory=_STORE,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _temp_dir=self._folder.name,
        )
        self._api = api
        self._actors: list[Any] = []

    def prepare(self, children: int, kind: str) -> None:
        """Start actors until there are enough."""
        remote = self._api.remote(num_cpus=0)(_Summer)
        self._actors += [remote.remote() for _ in range(children - len(self._actors))]
        self._api.get([actor.ready.remote() for actor in self._actors])
        # The pages of the store, in the maps of all who use them.
        self.hand_over(made(kind), children)

    def hand_over(self, data: Any, children: int) -> list[float]:
        """Put the data once and let each actor sum it."""
        reference = self._api.put(data)
        return self._api.get([each.total.remote(reference) for each in self._actors[:children]])

    def stop(self) -> None:
        """End ray."""
        self._api.shutdown()
        self._folder.cleanup()
