"""What servers write to standard error, in files that cannot grow without end."""

import time
from pathlib import Path

_LONGEST = 1 << 20


class ServerLog:
    """The log of one server: up to a megabyte, and as much before it in `NAME.log.1`.

    What is older than that is dropped, and the file begins with a line that says so.
    """

    def __init__(self, path: str | None) -> None:
        """Take the path; nothing is written without one."""
        self._path = Path(path) if path else None
        self._bytes = 0
        self.last = ""
        """The last line of what the server itself wrote since it was started."""
        if self._path is not None and self._path.exists():
            self._bytes = self._path.stat().st_size

    @property
    def path(self) -> str:
        """The file, or an empty text."""
        return str(self._path) if self._path else ""

    def note(self, text: str) -> None:
        """Write a line of our own, with the time."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.write(f"[lathe {stamp}] {text}\n".encode(errors="replace"))

    def take(self, text: bytes) -> None:
        """Write what the server wrote to standard error."""
        lines = [line for line in text.decode(errors="replace").splitlines() if line.strip()]
        if lines:
            self.last = lines[-1].strip()
        self.write(text)

    def write(self, text: bytes) -> None:
        """Write as it is."""
        if self._path is None:
            return
        try:
            if self._bytes + len(text) > _LONGEST:
                self._path.replace(self._path.with_name(self._path.name + ".1"))
                self._bytes = 0
                text = b"[lathe] what came before is in the file .1; what is older is gone\n" + text
            with self._path.open("ab") as file:
                file.write(text)
            self._bytes += len(text)
        except OSError:
            # A full disk ends the log, not the server.
            self._path = None
