"""ipykernel through jupyter_client's blocking client, without the history file that slows it."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jupyter_client.manager import KernelManager

from lathe_bench.cells import BenchError, Code

TRANSPORTS = ("ipc", "tcp")
_SECONDS = 60


class JupyterKernel:
    """One ipykernel and its client; both, and its folder, are gone when the body ends."""

    def __init__(self, transport: str) -> None:
        """Start the kernel: `transport` is `ipc` or `tcp`."""
        self._stack = ExitStack()
        try:
            self._client: Any = self._started(transport)
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Self:
        """Return the kernel itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill the kernel."""
        self._stack.close()

    def run(self, code: Code) -> None:
        """Run a cell until its result and its reply are here."""
        request = self._client.execute(code.text, allow_stdin=False)
        while True:
            message = self._client.get_iopub_msg(timeout=_SECONDS)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "execute_result":
                break
            if message["msg_type"] == "error":
                raise BenchError(f"ipykernel: {message['content']['evalue']}")
        got = message["content"]["data"]["text/plain"]
        if got != code.expected:
            raise BenchError(f"ipykernel: the code gave {got}, not {code.expected}")
        while self._client.get_shell_msg(timeout=_SECONDS)["parent_header"]["msg_id"] != request:
            pass

    def cells(self, code: Code, count: int) -> list[float]:
        """Return the seconds of each of `count` runs."""
        seconds: list[float] = []
        for _ in range(count):
            started = time.perf_counter()
            self.run(code)
            seconds.append(time.perf_counter() - started)
        return seconds

    def _started(self, transport: str) -> Any:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lathe-bench-")))
        # Its sockets too: kernels that start at the same moment would otherwise choose the same.
        manager: Any = KernelManager(
            transport=transport, connection_file=str(folder / "connection.json")
        )
        if transport == "ipc":
            manager.ip = str(folder / "socket")
        log = self._stack.enter_context((folder / "log").open("wb"))
        self._stack.callback(manager.shutdown_kernel, now=True)
        manager.start_kernel(
            extra_arguments=["--HistoryManager.enabled=False"], stdout=log, stderr=log
        )
        client = manager.client()
        client.start_channels()
        self._stack.callback(client.stop_channels)
        try:
            client.wait_for_ready(timeout=_SECONDS)
        except RuntimeError as error:
            words = (folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise BenchError(f"ipykernel over {transport}: {error}: {words}") from error
        return client


def first_result(transport: str, code: Code) -> float:
    """Return the seconds from nothing to a new kernel's first result."""
    started = time.perf_counter()
    with JupyterKernel(transport) as kernel:
        kernel.run(code)
        return time.perf_counter() - started


def first_results(transport: str, code: Code, count: int) -> float:
    """Return the seconds until the last of `count` new kernels has given its first result."""

    def begin(stack: ExitStack) -> None:
        stack.enter_context(JupyterKernel(transport)).run(code)

    stacks = [ExitStack() for _ in range(count)]
    started = time.perf_counter()
    try:
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(begin, stacks))
        return time.perf_counter() - started
    finally:
        for stack in stacks:
            stack.close()
