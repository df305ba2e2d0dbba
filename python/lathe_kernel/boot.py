"""Entry points for `lathe-kernel`: `warm` and `extend` in the template, `serve` in every fork."""

import collections
import gc
import importlib
import os
import random
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, cast

from lathe_kernel import figures, shell, streams
from lathe_kernel.artifacts import Artifacts
from lathe_kernel.channel import Channel, encoded
from lathe_kernel.interrupts import Interrupts
from lathe_kernel.packages import pandas
from lathe_kernel.protocol import RawChannel
from lathe_kernel.serving import Kernel
from lathe_kernel.variables import Namespace

# What kernels with tables need. Half of a kernel's start, and no kernel without them should wait.
_DATA = ("numpy", "pandas", "pyarrow", "pyarrow.parquet")
# Not every kernel plots: in parts of some 50 ms, each where the one before left off.
_PLOTS = ("matplotlib", "matplotlib.text", "matplotlib.axes", "matplotlib.pyplot")
_LISTED = (
    "IPython",
    "numpy",
    "pandas",
    "pyarrow",
    "matplotlib",
    "polars",
    "duckdb",
    "openpyxl",
    "scikit-learn",
)
_WARM_UP = """
import json as _json
_json.dumps([1])
"""


_later = collections.deque([*_DATA, *_PLOTS])


def warm() -> None:
    """Run a cell, so that forks start warm with what every kernel needs.

    Called once, in the template; leaves no thread running.
    """
    gc.disable()  # Little of what is imported becomes garbage, and looking for it takes long.
    figures.choose_backend()
    kernel_shell = shell.create(tempfile.mkdtemp(prefix="lathe-ipython-"))
    interrupts = Interrupts()
    interrupts.install()
    silent = Artifacts(Channel(_NoChannel(), interrupts))
    ran = shell.run(kernel_shell, _WARM_UP, 0, silent, interrupts)
    if ran.error is not None:
        raise RuntimeError(f"the warm-up cell failed:\n{ran.error['traceback']}")
    gc.freeze()  # Before `reset`, which collects garbage.
    kernel_shell.reset(new_session=True)
    _end_threads()
    gc.freeze()
    gc.enable()


def extend() -> dict[str, Any] | None:
    """Import one more part of what some kernels need.

    Called in the template again and again, while nothing else is asked of it. Returns None while
    parts are left, then `packages`, name to version.
    """
    if not _later:
        return {"packages": _versions()}
    _import_next()
    return None


def prepare_data() -> None:
    """Import what is still missing of what kernels with tables need.

    Called in the template before it forks a kernel that begins with tables.
    """
    while _later and _later[0] in _DATA:
        _import_next()


def _import_next() -> None:
    gc.disable()
    name = _later.popleft()
    importlib.import_module(name)
    if name == _DATA[-1]:
        # What pandas imports and makes when it is first used.
        pandas().DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}).groupby("b").mean()
    _end_threads()
    gc.freeze()
    gc.enable()


def serve() -> None:
    """Answer lathe on the channel until it says stop or is gone; called once in each fork."""
    streams.install()
    interrupts = Interrupts()
    interrupts.install()
    _reseed()
    kernel_shell = shell.KernelShell.instance()
    _move_settings(kernel_shell)
    raw = cast("RawChannel", importlib.import_module("_lathe_channel"))
    kernel = Kernel(Channel(raw, interrupts), interrupts, kernel_shell)
    if not raw.waits():
        _rehearse(kernel_shell, interrupts)
    kernel.serve()
    streams.flush()


def _rehearse(kernel_shell: Any, interrupts: Interrupts) -> None:
    """Run a cell of no effect while nobody waits, so that the first one finds its memory ready.

    A fork shares its template's pages until it writes to them; the first write to each takes
    longer than most of what a small cell does.
    """
    ran = shell.run(
        kernel_shell, "1+1", 1, Artifacts(Channel(_NoChannel(), interrupts)), interrupts
    )
    encoded({"result": ran.result, "variables": Namespace().described(kernel_shell.user_ns, 1)})
    kernel_shell.reset(new_session=True)


class _NoChannel:
    """The channel of the template, which has none."""

    def send(self, kind: int, call: int, payload: bytes, descriptors: list[int]) -> None:
        raise RuntimeError("the template has no channel")

    def receive(self) -> tuple[int, int, bytes, list[int]]:
        raise RuntimeError("the template has no channel")

    def copy(self, channel: int, stdout: int, stderr: int) -> int:
        raise RuntimeError("the template has no channel")

    def thaw(self) -> None:
        raise RuntimeError("the template has no channel")

    def waits(self) -> bool:
        raise RuntimeError("the template has no channel")


def _versions() -> dict[str, str]:
    metadata = importlib.import_module("importlib.metadata")
    versions: dict[str, str] = {}
    for name in _LISTED:
        try:
            versions[name.lower()] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _reseed() -> None:
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        # As `seed()` does it, but for mixing what is random already, which would touch many pages.
        state = numpy.frombuffer(os.urandom(624 * 4), numpy.uint32)
        numpy.random.set_state(("MT19937", state, 624))


def _move_settings(kernel_shell: Any) -> None:
    """Keep what IPython writes in this kernel's own folder, when it can be written."""
    folder = Path.cwd() / ".ipython"
    if os.access(folder.parent, os.W_OK):
        os.environ["IPYTHONDIR"] = str(folder)
        # Without telling the shell, which would make the folder at once, in every kernel.
        kernel_shell._trait_values["ipython_dir"] = str(folder)


def _end_threads() -> None:
    """Wait for threads that importing started: a fork with threads is not safe."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(timeout=10)
    left = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
    if left:
        raise RuntimeError(f"threads still run in the template: {', '.join(left)}")
