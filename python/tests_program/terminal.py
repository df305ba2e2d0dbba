"""A terminal with a program on it: everything that the program sends, and keys for it."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

# What the program does to a terminal: colour and weight, moving up, erasing to the end of the line
# or of the screen, a synchronised frame, hiding the cursor.
_OURS = re.compile(r"\x1b\[(?:[0-9;]*m|[0-9]+[AC]|[JK]|\?(?:2026|25)[hl])")
# To another row, or to the terminal's other screen and back.
_ELSEWHERE = re.compile(r"\x1b\[(?:[0-9;]*H|\?1049[hl])")
# What only foreign text would bring: any other escape, a C1 control, a bell, a backspace …
_FOREIGN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")


class TerminalRun:
    """One run of a program on a pseudo terminal; a context that ends the program."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        columns: int,
        rows: int,
    ) -> None:
        self.columns = columns
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._bytes = bytearray()
        self._pressed = 0
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            # The terminal becomes the new session's own, so that Ctrl-C is a signal.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)

    def __enter__(self) -> "TerminalRun":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._ours)

    @property
    def raw(self) -> str:
        return self._bytes.decode(errors="replace")

    def press(self, keys: str) -> None:
        self._pressed = len(self._bytes)
        os.write(self._ours, keys.encode())

    def wait_for(self, pattern: str, seconds: float = 60) -> None:
        """Read until the pattern was shown since the last keys."""
        end = time.monotonic() + seconds
        while not re.search(pattern, _shown(self._bytes[self._pressed :])):
            assert time.monotonic() < end, f"{pattern!r} never came in {self.text!r}"
            assert self._read(0.1), f"the program ended before {pattern!r} came: {self.text!r}"

    def end(self, seconds: float = 60) -> int:
        """Read to the end of the program and give its exit code."""
        end = time.monotonic() + seconds
        while self._read(0.1):
            assert time.monotonic() < end, f"the program does not end: {self.text[-2000:]!r}"
        return self.process.wait(timeout=10)

    def _read(self, seconds: float) -> bool:
        """Take what is there; false once the program has let go of the terminal."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return True
        try:
            piece = os.read(self._ours, 1 << 16)
        except OSError:
            return False
        self._bytes += piece
        return bool(piece)

    @property
    def text(self) -> str:
        """All that was shown, redrawn lines included, without the program's own sequences."""
        return _shown(self._bytes)

    def check(self, widths: bool = True) -> None:
        """Nothing acts on the terminal but the program itself, and no line is wider than it."""
        rest = self.text
        found = _FOREIGN.search(rest)
        assert found is None, rest[max(0, found.start() - 80) : found.end() + 80].encode()
        for line in re.split(r"[\r\n]", rest):
            assert not widths or width(line) <= self.columns, f"wider than {self.columns}: {line!r}"


def _shown(sent: bytes | bytearray) -> str:
    text = _ELSEWHERE.sub("\r", _OURS.sub("", sent.decode(errors="replace")))
    return text.replace("\r\n", "\n")


def width(line: str) -> int:
    """Count the columns that a line takes."""
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in line
    )
