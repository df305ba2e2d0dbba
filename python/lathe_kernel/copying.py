"""Copies of a kernel: frozen forks that lathe can go on with later."""

import contextlib
import os
import random

from lathe_kernel import arena, obstacles, streams, uses
from lathe_kernel.channel import Channel, close
from lathe_kernel.protocol import Frame, Kind, Obstacle


class Copier:
    """Copies one kernel when lathe asks for it."""

    def __init__(self, channel: Channel) -> None:
        """Bind to the kernel's channel."""
        self._channel = channel
        self._is_frozen = False

    def thaw(self) -> None:
        """Get ready to run code; nothing where this kernel is no copy."""
        if self._is_frozen:
            self._is_frozen = False
            self._channel.thaw()

    def copy(self, frame: Frame) -> bool:
        """Answer a `copy` frame; true in the copy, where nothing was answered."""
        problems = self._obstacles(frame)
        if not problems and not arena.freeze_all():
            problems = obstacles.unfrozen()
        if problems:
            close(frame.descriptors)
            self._channel.send(Kind.COPIED, {"obstacles": problems}, call=frame.call)
            return False
        arena.count()
        streams.flush()
        files = obstacles.readable_files()
        # Python gives every fork another random state; a copy is to go on with the same.
        state = random.getstate()
        try:
            copy = self._channel.copy(frame.descriptors)
        except OSError as error:
            close(frame.descriptors)
            problem: Obstacle = {
                "kind": "system",
                "name": f"the system refused the fork: {error.strerror}",
                "mend": "free memory, or end processes and threads",
            }
            self._channel.send(Kind.COPIED, {"obstacles": [problem]}, call=frame.call)
            return False
        if copy == 0:
            self._is_frozen = True
            arena.count()
            random.setstate(state)
            uses.forget()
            _reopen(files)
            return True
        self._channel.send(Kind.COPIED, {"process": copy}, call=frame.call)
        return False

    @staticmethod
    def _obstacles(frame: Frame) -> list[Obstacle]:
        if len(frame.descriptors) != 3:
            raise RuntimeError("a copy needs a channel and two pipes")
        known = set(frame.descriptors)
        return obstacles.found(apart_from=known)


def _reopen(files: list[tuple[int, int]]) -> None:
    """Read on from the same place, without moving where the kernel's origin reads."""
    for number, position in files:
        with contextlib.suppress(OSError):
            opened = os.open(f"/proc/self/fd/{number}", os.O_RDONLY | os.O_CLOEXEC)
            os.lseek(opened, position, os.SEEK_SET)
            os.dup2(opened, number, inheritable=os.get_inheritable(number))
            os.close(opened)
