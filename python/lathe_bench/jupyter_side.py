"""Kernels that speak Jupyter's protocol, through jupyter_client's blocking client."""

import os
import queue
import sys
import tempfile
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from lathe_bench.cells import OUTPUT_BYTES, BenchError, Code

_SECONDS = 60
_AT_ONCE = 16


@dataclass(frozen=True)
class Jupyter:
    """A kind of kernel and the way it is spoken with."""

    package: str
    module: str
    transport: str
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return who it is in a figure."""
        return f"{self.package} over {self.transport}"

    @property
    def command(self) -> list[str]:
        """What starts it."""
        return [sys.executable, "-m", self.module, "-f", "{connection_file}", *self.options]


# Without the history file that slows it.
_NO_HISTORY = ("--HistoryManager.enabled=False",)
IPYKERNELS = tuple(
    Jupyter("ipykernel", "ipykernel_launcher", way, _NO_HISTORY) for way in ("ipc", "tcp")
)
XEUS = Jupyter("xeus-python", "xpython_launcher", "tcp")


class JupyterKernel:
    """One kernel and its client; both, and its folder, are gone when the body ends."""

    def __init__(self, peer: Jupyter, patience: float = _SECONDS) -> None:
        """Start the kernel and wait until it answers; later a message may take `patience`."""
        self.peer = peer
        self._patience = patience
        self._stack = ExitStack()
        try:
            self._manager, self._client = self._started()
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
        self.end()

    def end(self) -> None:
        """Kill the kernel."""
        self._stack.close()

    @property
    def number(self) -> int:
        """The kernel's process number."""
        return int(self._manager.provisioner.pid)

    def run(self, code: Code) -> None:
        """Run a cell until its result, if it is to have one, and its reply are here."""
        request = self._client.execute(code.text, allow_stdin=False, stop_on_error=False)
        if code.expected:
            content = self._published(request, "execute_result")
            got = content["data"]["text/plain"]
            if got != code.expected:
                raise BenchError(f"{self.peer}: the code gave {got}, not {code.expected}")
        status = self._reply(request)["status"]
        if status != "ok":
            raise BenchError(f"{self.peer}: the code ended as {status}")

    def cells(self, code: Code, count: int) -> list[float]:
        """Return the seconds of each of `count` runs."""
        seconds: list[float] = []
        for _ in range(count):
            started = time.perf_counter()
            self.run(code)
            seconds.append(time.perf_counter() - started)
        return seconds

    def output(self, code: Code) -> float:
        """Return the seconds until all that a cell printed is here."""
        started = time.perf_counter()
        request = self._client.execute(code.text, allow_stdin=False, stop_on_error=False)
        came = 0
        while True:
            message = self._message(request)
            if message["msg_type"] == "stream":
                came += len(message["content"]["text"])
            elif _is_idle(message):
                break
        seconds = time.perf_counter() - started
        self._reply(request)
        if came != OUTPUT_BYTES:
            raise BenchError(f"{self.peer}: {came} of {OUTPUT_BYTES} bytes of output came")
        return seconds

    def interrupt(self, code: Code, count: int) -> list[float]:
        """Return the seconds from each interrupt of a cell to its result."""
        return [self._interrupted(code) for _ in range(count)]

    def _interrupted(self, code: Code) -> float:
        request = self._client.execute(code.text, allow_stdin=False, stop_on_error=False)
        self._published(request, "stream")
        time.sleep(0.05)
        started = time.perf_counter()
        self._manager.interrupt_kernel()
        try:
            content = self._published(request, "error")
        except BenchError as error:
            raise BenchError(f"an interrupt did not end the cell: {error}") from None
        self._reply(request)
        seconds = time.perf_counter() - started
        if content["ename"] != "KeyboardInterrupt":
            raise BenchError(f"{self.peer}: an interrupted cell ended with {content['ename']}")
        return seconds

    def _published(self, request: str, kind: str) -> dict[str, Any]:
        while True:
            message = self._message(request)
            if message["msg_type"] == kind:
                return message["content"]
            if message["msg_type"] == "error":
                raise BenchError(f"{self.peer}: {message['content']['evalue']}")
            if _is_idle(message):
                raise BenchError(f"{self.peer}: the cell ended without its {kind}")

    def _message(self, request: str) -> dict[str, Any]:
        while True:
            message = self._received("get_iopub_msg")
            if message["parent_header"].get("msg_id") == request:
                return message

    def _reply(self, request: str) -> dict[str, Any]:
        while True:
            message = self._received("get_shell_msg")
            if message["parent_header"]["msg_id"] == request:
                return message["content"]

    def _received(self, channel: str) -> dict[str, Any]:
        try:
            return getattr(self._client, channel)(timeout=self._patience)
        except queue.Empty:
            raise BenchError(f"{self.peer}: nothing came for {self._patience:.0f} s") from None

    def _started(self) -> tuple[Any, Any]:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lathe-bench-")))
        # Its sockets too: kernels that start at the same moment would otherwise choose the same.
        manager: Any = KernelManager(
            transport=self.peer.transport, connection_file=str(folder / "connection.json")
        )
        manager._kernel_spec = KernelSpec(
            argv=self.peer.command, display_name=self.peer.package, language="python"
        )
        if self.peer.transport == "ipc":
            manager.ip = str(folder / "socket")
        log = self._stack.enter_context((folder / "log").open("wb"))
        self._stack.callback(manager.shutdown_kernel, now=True)
        manager.start_kernel(stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)})
        client = manager.client()
        client.start_channels()
        self._stack.callback(client.stop_channels)
        try:
            client.wait_for_ready(timeout=_SECONDS)
        except RuntimeError as error:
            words = (folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise BenchError(f"{self.peer}: {error}: {words}") from error
        return manager, client


def first_result(peer: Jupyter, code: Code) -> float:
    """Return the seconds from nothing to a new kernel's first result."""
    started = time.perf_counter()
    with JupyterKernel(peer) as kernel:
        kernel.run(code)
        return time.perf_counter() - started


def first_results(peer: Jupyter, code: Code, count: int) -> float:
    """Return the seconds until the last of `count` new kernels has given its first result."""
    started = time.perf_counter()
    with kernels(peer, code, count):
        return time.perf_counter() - started


@contextmanager
def kernels(peer: Jupyter, code: Code, count: int) -> Generator[list[JupyterKernel]]:
    """Start kernels side by side, each with its first result, for the time of the body."""
    started: list[JupyterKernel] = []

    def begin(_: int) -> None:
        kernel = JupyterKernel(peer)
        started.append(kernel)
        kernel.run(code)

    try:
        with ThreadPoolExecutor(min(count, _AT_ONCE)) as pool:
            list(pool.map(begin, range(count)))
        yield started
    finally:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(JupyterKernel.end, started))


def _is_idle(message: dict[str, Any]) -> bool:
    return message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
