"""Lanes: processes side by side, in each of which one piece of a proposal runs after the other.

The kernel's own process hands out the pieces and runs none. Between it and the lanes is one more
process, which starts pytest and imports what the proposal will import, before any of it runs: a
lane is a fork of that, and each run a fork of a lane.
"""

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from lathe_kernel import examined_process, examined_runs
from lathe_kernel.examined_process import Ended
from lathe_kernel.examined_runs import Run

_MOST_LANES = 4
_LONGEST_LINE = 1 << 22
_START_SECONDS = 20.0

Files = Mapping[str, bytes]


class LanesGone(Exception):
    """What ran ended the processes that ran it, or kept them from going on."""


class Lanes:
    """As many lanes as this machine has processors, at most four; ended by `close`."""

    def __init__(
        self,
        name: str,
        member: str | None,
        files: Mapping[str, Files],
        packages: Collection[str],
        seconds: float,
    ) -> None:
        """Start them for the module `name`, whose files are known by a name of theirs.

        Raises:
            LanesGone: they cannot be started within `seconds`.
        """
        self._root = Path(tempfile.mkdtemp(prefix="examination-"))
        self._stage = _Stage(name, member, files, self._root, os.getpid())
        self._channels: list[socket.socket] = []
        limit = min(seconds, _START_SECONDS)
        # Packages that start threads or do not end cannot be forked after: each run imports them.
        for chosen in (packages, examined_runs.known(packages), ()):
            if self._start(chosen, limit):
                return
        self.close()
        raise LanesGone("no process could be started to run it.")

    def run(self, runs: Iterable[Run]) -> Iterator[tuple[int, Ended]]:
        """Run pieces side by side, each asked for when a lane is free; yield them as they end.

        Raises:
            LanesGone: no lane is left.
            RuntimeError: processes that a run started cannot be ended.
        """
        waiting = enumerate(runs)
        busy: dict[socket.socket, tuple[int, float]] = {}
        while True:
            for channel in self._channels:
                if channel not in busy and (given := next(waiting, None)) is not None:
                    limit = given[1].seconds + examined_process.LAST_SECONDS + 2
                    busy[channel] = given[0], time.monotonic() + limit
                    _send(channel, asdict(given[1]))
            if not busy:
                if next(waiting, None) is not None:
                    raise LanesGone("it ended the processes that ran it.")
                return
            first = min(until for _, until in busy.values())
            wait = max(first - time.monotonic(), 0)
            for channel in select.select(list(busy), [], [], wait)[0] or [_late(busy)]:
                number, _ = busy.pop(channel)
                yield number, self._ended(channel)

    def one(self, run: Run) -> Ended:
        """Run one piece."""
        return next(ended for _, ended in self.run([run]))

    def close(self) -> None:
        """End them, and all else that is left of what ran."""
        for channel in self._channels:
            channel.close()
        self._channels = []
        self._stage.end()
        examined_process.end_others()
        shutil.rmtree(self._root, ignore_errors=True)

    def _start(self, packages: Collection[str], limit: float) -> bool:
        count = min(len(os.sched_getaffinity(0)), _MOST_LANES)
        until = time.monotonic() + limit
        self._channels = self._stage.start(packages, count)
        for channel in self._channels:
            channel.settimeout(max(until - time.monotonic(), 1.0))
            if _receive(channel) != {"ready": True}:
                for one in self._channels:
                    one.close()
                self._stage.end()
                return False
        return True

    def _ended(self, channel: socket.socket) -> Ended:
        channel.settimeout(1.0)
        answer = _receive(channel)
        if answer is None or "status" not in answer:
            channel.close()
            self._channels.remove(channel)
            if answer is not None and "left" in answer:
                raise RuntimeError(str(answer["left"])[:200])
            return Ended("died", None, "it ended the process that ran it", 0, 0)
        return Ended(**answer)


class _Stage:
    """The process that lanes are forked from."""

    def __init__(
        self, name: str, member: str | None, files: Mapping[str, Files], root: Path, kernel: int
    ) -> None:
        self._name = name
        self._member = member
        self._files = files
        self._root = root
        self._kernel = kernel
        self._process = 0

    def start(self, packages: Collection[str], count: int) -> list[socket.socket]:
        """Fork it, with `count` lanes to come; return this end of their channels."""
        pairs = [socket.socketpair() for _ in range(count)]
        self._process = os.fork()
        if self._process == 0:
            with contextlib.suppress(BaseException):
                self._be([theirs for _, theirs in pairs], packages)
            os._exit(1)
        for _, theirs in pairs:
            theirs.close()
        return [ours for ours, _ in pairs]

    def end(self) -> None:
        """End it; lanes end by themselves, or with what else is in the process group."""
        if self._process:
            with contextlib.suppress(OSError):
                os.kill(self._process, signal.SIGKILL)
                os.waitpid(self._process, 0)
            self._process = 0

    def _be(self, channels: list[socket.socket], packages: Collection[str]) -> None:
        examined_process.shut(*(one.fileno() for one in channels))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        examined_runs.warm(packages)

        def serve(session: Any) -> None:
            # A fork with threads is not safe.
            if packages and len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
                return
            gc.freeze()
            for channel in channels:
                if os.fork() == 0:
                    try:
                        self._lane(channel, session, [one for one in channels if one != channel])
                    finally:
                        os._exit(0)
            for channel in channels:
                channel.close()
            while True:
                os.wait()

        examined_runs.in_pytest(self._root, serve)

    def _lane(self, channel: socket.socket, session: Any, others: list[socket.socket]) -> None:
        for one in others:
            one.close()
        _send(channel, {"ready": True})
        while (asked := _receive(channel)) is not None:
            run = Run(**asked)
            files = dict(self._files[run.files])
            if run.source is not None:
                files[f"{self._name}.py"] = run.source.encode("utf-8", "replace")
            body = examined_runs.body(run, self._name, self._member, session)
            try:
                ended = examined_process.apart(body, files, run.seconds, self._root, self._kernel)
            except RuntimeError as error:
                _send(channel, {"left": str(error)})
                return
            _send(channel, asdict(ended))


def _late(busy: Mapping[socket.socket, tuple[int, float]]) -> socket.socket:
    return min(busy, key=lambda one: busy[one][1])


def _send(channel: socket.socket, message: Mapping[str, Any]) -> None:
    """Send one line of JSON; where the other end is gone, its answer will say so."""
    with contextlib.suppress(OSError):
        channel.sendall(json.dumps(message).encode() + b"\n")


def _receive(channel: socket.socket) -> dict[str, Any] | None:
    """Return the next message; None at the end, when it takes too long, or what is none."""
    content = bytearray()
    try:
        while not content.endswith(b"\n"):
            data = channel.recv(1 << 16)
            content += data
            if not data or len(content) > _LONGEST_LINE:
                return None
        return cast("dict[str, Any]", json.loads(content))
    except (OSError, ValueError, RecursionError):
        return None
