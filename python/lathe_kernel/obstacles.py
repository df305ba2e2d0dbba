"""What of a kernel a copy could not keep: found and named before a copy is made."""

import bisect
import contextlib
import ctypes
import errno
import fcntl
import importlib
import os
import re
import stat
import struct
import sys
import threading
from collections import Counter
from collections.abc import Generator, Set
from pathlib import Path

from lathe_kernel import arena
from lathe_kernel.protocol import Obstacle

# Native threads of these libraries may be there: they give up and remake their pools around a fork.
_SURVIVORS = ("libarrow", "libopenblas")
# What every thread has on its stack, whoever started it.
_COMMON = ("libc.so", "libc-", "ld-linux", "libstdc++", "libgcc_s", "libpthread", "libm.so")
_STACK_BYTES = 1 << 16
# The numbers of read, and of futex, epoll_wait, epoll_pwait, poll and ppoll.
_READ, _OTHERS_THAT_WAIT = (
    (b"63", {b"98", b"22", b"73"})
    if os.uname().machine == "aarch64"
    else (b"0", {b"202", b"232", b"281", b"7", b"271"})
)
# Standard streams and the channel: a copy gets its own.
_OWN_DESCRIPTORS = 4
_HARMLESS_DEVICES = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}
_MAXIMUM = 8
_MENDS = {
    "polars": "polars keeps its threads once it was used. Run polars' work apart: "
    "`lathe.apart(f, data)` runs f in a process of its own and brings the result back as Arrow",
    "duckdb": "close DuckDB's connections; the one of duckdb.sql() with "
    "duckdb.default_connection().close()",
}
_SHARED = re.compile(rb"^\S+ .w.s .*$", re.MULTILINE)


def found(apart_from: Set[int]) -> list[Obstacle]:
    """Return what keeps this kernel from being copied, at most eight; empty where nothing does.

    `apart_from` are descriptors that are meant for the copy. Large arrays are none: they are frozen
    first.
    """
    _close_idle_loop()
    seen = _Threads()
    every = [
        *seen.obstacles,
        *_processes(),
        *_descriptors(apart_from | arena.files(), seen.pipes),
        *_shared_memory(),
    ]
    counted = Counter((one["kind"], one["name"], one["mend"]) for one in every)
    listed = [
        _obstacle(kind, f"{name} ({count} of them)" if count > 1 else name, mend)
        for (kind, name, mend), count in counted.items()
    ]
    if len(listed) > _MAXIMUM:
        left = len(listed) - _MAXIMUM
        listed[_MAXIMUM:] = [_obstacle("more", f"{left} more", "mend these first")]
    return listed


def readable_files() -> list[tuple[int, int]]:
    """Return the descriptors of files open for reading alone, with where each reads next.

    A copy shares where they read with its origin until it opens them again.
    """
    return [
        (number, os.lseek(number, 0, os.SEEK_CUR))
        for number, status, access in _open_descriptors()
        if stat.S_ISREG(status.st_mode) and access == os.O_RDONLY
    ]


def _obstacle(kind: str, name: str, mend: str) -> Obstacle:
    return {"kind": kind, "name": name, "mend": mend}


def _close_idle_loop() -> None:
    """Close the event loop that IPython keeps for top-level await; it makes another when needed."""
    helpers = sys.modules.get("IPython.core.async_helpers")
    loop = getattr(helpers, "_asyncio_event_loop", None)
    if loop is None or loop.is_closed() or loop.is_running():
        return
    if not importlib.import_module("asyncio").all_tasks(loop):
        loop.close()


# MARK: Threads


def threads() -> list[Obstacle]:
    """Return the threads that would not survive a fork."""
    return _Threads().obstacles


class _Threads:
    """The threads beside the main one, told apart by the libraries that they wait in."""

    def __init__(self) -> None:
        self.obstacles: list[Obstacle] = []
        # Pipes by which a library that survives a fork wakes its own thread: it remakes them too.
        self.pipes: set[str] = set()
        main = threading.main_thread()
        if threading.current_thread() is not main:
            self._note("the calling thread", "call this on the main thread")
        known = {one.native_id: one.name for one in threading.enumerate() if one is not main}
        natives = {int(task.name) for task in Path("/proc/self/task").iterdir()} - {os.getpid()}
        regions = _Regions() if natives - set(known) else None
        for thread in sorted(natives):
            if thread in known:
                name = f"the Python thread {known[thread]!r}"
                self._note(name, "wait for it to end: thread.join()")
            elif regions is not None:
                self._look_at(thread, regions)

    def _note(self, name: str, mend: str) -> None:
        self.obstacles.append(_obstacle("thread", name, mend))

    def _look_at(self, thread: int, regions: "_Regions") -> None:
        try:
            call = Path(f"/proc/self/task/{thread}/syscall").read_bytes().split()
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ESRCH):
                return  # It has ended meanwhile.
            call = []
        libraries: set[str] = set()
        if len(call) > 2 and (call[0] == _READ or call[0] in _OTHERS_THAT_WAIT):
            libraries = regions.libraries_on_stack(int(call[-2], 16))
        if not libraries or not all(one.startswith(_SURVIVORS) for one in libraries):
            self.obstacles.append(_native(thread, libraries))
        elif call[0] == _READ:
            self.pipes.add(_target(int(call[1], 16)))


def _native(thread: int, libraries: set[str]) -> Obstacle:
    try:
        name = Path(f"/proc/self/task/{thread}/comm").read_text().strip()
    except OSError:
        name = str(thread)
    places = ", ".join(sorted(libraries)) or "an unknown library"
    for part, mend in _MENDS.items():
        if any(part in one for one in libraries):
            return _obstacle("thread", f"{part}'s thread {name}", mend)
    mend = "end it, or use that library in `lathe.apart`"
    return _obstacle("thread", f"the native thread {name} of {places}", mend)


class _Regions:
    """What is mapped where, to tell whose code a stack belongs to."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._code: list[str] = []
        for line in Path("/proc/self/maps").read_bytes().splitlines():
            parts = line.split(None, 5)
            start, end = (int(bound, 16) for bound in parts[0].split(b"-"))
            is_code = b"x" in parts[1] and len(parts) > 5
            self._starts.append(start)
            self._ends.append(end)
            self._code.append(Path(os.fsdecode(parts[5])).name if is_code else "")

    def libraries_on_stack(self, pointer: int) -> set[str]:
        """Return the libraries whose code is named between a stack's pointer and its end."""
        index = self._index(pointer)
        if index is None:
            return set()
        length = min(self._ends[index] - pointer, _STACK_BYTES) // 8 * 8
        words = struct.unpack(f"<{length // 8}Q", ctypes.string_at(pointer, length))
        places = {self._index(word) for word in words}
        names = {self._code[place] for place in places if place is not None}
        return {name for name in names if name and not name.startswith((*_COMMON, "["))}

    def _index(self, address: int) -> int | None:
        index = bisect.bisect(self._starts, address) - 1
        return index if index >= 0 and address < self._ends[index] else None


# MARK: Processes


def _processes() -> Generator[Obstacle]:
    """Name the children: a copy would not be their parent."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return
    children: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            children += (task / "children").read_text().split()
    for child in children or ["a child"]:
        try:
            name = Path(f"/proc/{child}/comm").read_text().strip()
        except OSError:
            name = "unknown"
        yield _obstacle(
            "process", f"the process {child} ({name})", "end it and wait for it: process.wait()"
        )


# MARK: Descriptors


def _open_descriptors() -> Generator[tuple[int, os.stat_result, int]]:
    for entry in Path("/proc/self/fd").iterdir():
        number = int(entry.name)
        if number < _OWN_DESCRIPTORS:
            continue
        try:
            status = os.fstat(number)
            access = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE
        except OSError:
            continue  # The listing's own descriptor is closed by now.
        yield number, status, access


def _descriptors(apart_from: Set[int], pipes: Set[str]) -> Generator[Obstacle]:
    for number, status, access in _open_descriptors():
        if number in apart_from:
            continue
        mode = status.st_mode
        target = _target(number)
        if stat.S_ISDIR(mode) or target in _HARMLESS_DEVICES or target in pipes:
            continue
        if stat.S_ISREG(mode):
            if access != os.O_RDONLY and not _is_sealed(number):
                yield _obstacle("file", f"{target}, open for writing", "close it")
        elif stat.S_ISSOCK(mode):
            yield _obstacle("connection", f"an open connection (descriptor {number})", "close it")
        elif "eventpoll" in target:
            yield _obstacle(
                "event loop",
                f"an asyncio event loop (descriptor {number})",
                "wait for its tasks and close it",
            )
        else:
            yield _obstacle("descriptor", f"{target} (descriptor {number})", "close it")


def _target(number: int) -> str:
    try:
        return str(Path(f"/proc/self/fd/{number}").readlink())
    except OSError:
        return f"descriptor {number}"


def _is_sealed(number: int) -> bool:
    try:
        return bool(fcntl.fcntl(number, fcntl.F_GET_SEALS) & fcntl.F_SEAL_WRITE)
    except OSError:
        return False


# MARK: Memory


def unfrozen() -> list[Obstacle]:
    """Name what is in the way where a large array could not be frozen."""
    name = "a large array that could not be set apart, for want of memory or of its closed file"
    return [_obstacle("memory", name, "delete large arrays that are not needed")]


def _shared_memory() -> Generator[Obstacle]:
    """Name memory that the kernel and its copy would both write to."""
    maps = Path("/proc/self/maps").read_bytes()
    # There is hardly ever one; telling lines apart takes longer than looking for the access.
    if b"w-s " not in maps and b"wxs " not in maps:
        return
    for line in _SHARED.findall(maps):
        if arena.size(int(line.partition(b"-")[0], 16)):
            continue  # A block of the arena's.
        parts = line.split(None, 5)
        name = os.fsdecode(parts[5]) if len(parts) > 5 else "an unnamed map"
        kind = "a lock of multiprocessing" if "/sem." in name else "shared writable memory"
        yield _obstacle("memory", f"{kind}: {name}", "delete what uses it")
