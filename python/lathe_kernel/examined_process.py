"""A process for each piece of a proposal that runs: bounded, and ended with all it made."""

import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

_MAXIMUM_ANSWER = 1 << 20
_LOOKING = 0.005
_SOON = 0.0003
LAST_SECONDS = 10.0


@dataclass(frozen=True)
class Ended:
    """How a process ended: with an answer, at its time limit, or on its own without an answer."""

    status: Literal["answered", "timeout", "died"]
    value: Any
    reason: str
    seconds: float
    peak_bytes: int


class _Standing(NamedTuple):
    state: bytes
    parent: int
    group: int


def apart(
    body: Callable[[Path], object],
    files: Mapping[str, bytes],
    seconds: float,
    root: Path,
    kernel: int,
) -> Ended:
    """Run `body` in a fork, in a folder of its own with `files`; return what it returned, as JSON.

    The folder is made in `root`. The fork has neither a channel nor an output of the process
    `kernel`, and what it leaves behind is ended and removed. Nothing that it says is believed
    beyond its form.

    Raises:
        RuntimeError: processes that it started cannot be ended.
    """
    folder = Path(tempfile.mkdtemp(prefix="examined-", dir=root))
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    reader, writer = os.pipe()
    began = time.monotonic()
    process = os.fork()
    if process == 0:
        _run(body, folder, writer, seconds)
    os.close(writer)
    # What it shares with this process is not of its making.
    before = _resident(process)
    try:
        return _awaited(process, reader, before, began, seconds)
    finally:
        os.close(reader)
        end_orphans(kernel)
        shutil.rmtree(folder, ignore_errors=True)


def end_others() -> None:
    """End every other process of this kernel's process group, which nothing can leave."""
    _end(os.getpid(), lambda _: True)


def end_orphans(kernel: int) -> None:
    """End what is in the process group of `kernel` and no descendant of it any more.

    Whoever's parent has ended belongs to a run that has ended.
    """
    _end(kernel, lambda process: not _descends(process, kernel))


def _end(kernel: int, is_meant: Callable[[int], bool]) -> None:
    if os.getpgrp() != kernel:
        return  # Not a kernel in its sandbox: the group holds others.
    until = time.monotonic() + LAST_SECONDS
    while others := [one for one in _others(kernel) if is_meant(one)]:
        # First all stand still, so that none is made while the others end.
        for signaled in (signal.SIGSTOP, signal.SIGKILL):
            for one in others:
                try:
                    os.kill(one, signaled)
                except OSError:
                    continue
        if time.monotonic() > until:
            raise RuntimeError("its processes do not end")
        _reap()


def _run(body: Callable[[Path], object], folder: Path, writer: int, seconds: float) -> None:
    """Be the fork: answer and end, whatever happens."""
    status = 1
    try:
        shut(writer)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        hard = int(seconds) + 2
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard + 1))
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        answer = json.dumps(body(folder)).encode("utf-8", "replace")[:_MAXIMUM_ANSWER]
        while answer:
            answer = answer[os.write(writer, answer) :]
        status = 0
    except BaseException:
        status = 1
    finally:
        os._exit(status)


def shut(*kept: int) -> None:
    """Let go of every descriptor but `kept`; what is printed here goes nowhere."""
    nothing = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    highest = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    below = 3
    for number in sorted(kept):
        os.closerange(below, number)
        below = number + 1
    os.closerange(below, min(highest, 1 << 16))
    for name in ("stdout", "stderr"):
        stream = open(1 if name == "stdout" else 2, "w", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _awaited(process: int, reader: int, before: int, began: float, seconds: float) -> Ended:
    content, deadline, pause = bytearray(), began + seconds, _SOON
    while True:
        ready = select.select([reader], [], [], _LOOKING)[0]
        data = os.read(reader, 1 << 16) if ready and len(content) <= _MAXIMUM_ANSWER else b""
        content += data
        ended, status, usage = os.wait4(process, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > deadline or len(content) > _MAXIMUM_ANSWER:
            os.kill(process, signal.SIGKILL)
            os.wait4(process, 0)
            reason = f"it took longer than {seconds:.0f} s"
            if len(content) > _MAXIMUM_ANSWER:
                reason = "it reported more than can be read"
            return Ended("timeout", None, reason, time.monotonic() - began, 0)
        if ready and not data:
            # It is about to end; where it closed the pipe and goes on, its time runs.
            time.sleep(pause)
            pause = min(2 * pause, _LOOKING)
    while len(content) <= _MAXIMUM_ANSWER and select.select([reader], [], [], 0)[0]:
        data = os.read(reader, 1 << 16)
        if not data:
            break
        content += data
    spent = time.monotonic() - began
    peak = max(usage.ru_maxrss * 1024 - before, 0)
    code = os.waitstatus_to_exitcode(status)
    try:
        value = json.loads(bytes(content)) if code == 0 else None
    except (ValueError, RecursionError):
        value = None
    if value is None:
        return Ended("died", None, _death(code), spent, peak)
    return Ended("answered", value, "", spent, peak)


def _death(code: int) -> str:
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"its process was ended by {name}"
    return f"it ended its process with exit code {code}"


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_bytes().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def _others(kernel: int) -> list[int]:
    own = {os.getpid(), kernel}
    found: list[int] = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        if not name.isdecimal() or int(name) in own:
            continue
        standing = _standing(int(name))
        # A zombie has ended and waits for whoever reaps it.
        if standing is not None and standing.group == kernel and standing.state != b"Z":
            found.append(int(name))
    return found


def _descends(process: int, kernel: int) -> bool:
    """Tell whether `kernel` is among the parents of a process; also where that just ended."""
    while process not in (0, kernel):
        standing = _standing(process)
        if standing is None:
            return True
        if standing.group != kernel:
            return False
        process = standing.parent
    return process == kernel


def _standing(process: int) -> _Standing | None:
    """Return what /proc says of a process; None where it is gone."""
    try:
        text = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return None
    state, parent, group = text.rpartition(b")")[2].split()[:3]
    return _Standing(state, int(parent), int(group))


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        time.sleep(_LOOKING)
