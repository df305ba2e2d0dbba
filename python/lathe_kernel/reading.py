"""The part of the `lathe` object that reads: data files, earlier outputs, resources of servers."""

from pathlib import Path
from typing import Any

from lathe_kernel import loading, resources
from lathe_kernel.artifacts import Artifacts
from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import invalid
from lathe_kernel.kept import KeptFiles
from lathe_kernel.tool_results import Link


class Reading:
    """What brings something into the kernel that is there already."""

    _channel: Channel
    _artifacts: Artifacts
    _store: KeptFiles

    def load_parquet(self, path: str | Path, **options: Any) -> Any:
        """Read a Parquet file into a DataFrame that is handed over without being written again.

        Example: `df = lathe.load_parquet("/data/0/flights.parquet", columns=["carrier", "delay"])`
        """
        return loading.parquet(path, options, self._store)

    def load_csv(self, path: str | Path, **options: Any) -> Any:
        """Read a CSV file into a DataFrame that is handed over without being written again.

        Example: `df = lathe.load_csv("/data/0/flights.csv", dtype_backend="pyarrow")`
        """
        return loading.csv(path, options, self._store)

    def load_arrow(self, path: str | Path) -> Any:
        """Read an Arrow IPC file into a table that is handed over without being written again.

        Example: `table = lathe.load_arrow("part.arrow")`
        """
        return loading.arrow(path, self._store)

    def output(self, cell: int, stream: str = "stdout") -> str:
        """Return the whole output of an earlier cell, of which you may have seen a preview.

        Example: `lathe.output(3)`, `lathe.output(3, "stderr")`, `"result"` or `"traceback"`
        """
        if stream not in ("stdout", "stderr", "result", "traceback"):
            raise invalid(f"`stream` is stdout, stderr, result or traceback, not {stream!r}.")
        reply = self._channel.call("output", {"cell": cell, "stream": stream})
        if not reply.descriptors:
            return str(reply.value["text"])
        with open(reply.descriptors[0], "rb", closefd=True) as file:  # noqa: PTH123 - a descriptor
            close(reply.descriptors[1:])
            return file.read().decode("utf-8", "replace")

    def resources(self, server: str) -> list[Link]:
        """List the addresses of what a server has to read, each with `label` and `mime`.

        Example: `lathe.resources("crm")`; one with {parts} is read once they are filled in.
        """
        return resources.listed(self._channel, server)

    def resource(self, server: str, uri: str) -> Any:
        """Read a resource of a server: text, data where it is JSON, else a Blob.

        Example: `lathe.resource("crm", "crm://contacts/7")`
        """
        return resources.read(self._channel, self._artifacts, server, uri)
