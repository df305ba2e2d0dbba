"""Files that a cell leaves for people: figures, pages, saved data."""

import re
import unicodedata

from lathe_kernel import memory
from lathe_kernel.channel import Channel
from lathe_kernel.protocol import Kind

_SUFFIXES = {
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/jpeg": ".jpg",
    "application/pdf": ".pdf",
    "text/html": ".html",
}


class Artifacts:
    """Names a kernel's artifacts and sends them; a name is used once."""

    def __init__(self, channel: Channel) -> None:
        """Start without names."""
        self._channel = channel
        self._used: set[str] = set()
        self._figures = 0
        self.cell = 0

    def begin(self, cell: int) -> None:
        """Count the figures of a new cell from one."""
        self.cell = cell
        self._figures = 0

    def send_shown(self, mime: str, content: bytes, title: str | None) -> str:
        """Send something that was shown; its name comes from its title, else from its cell."""
        self._figures += 1
        noun = "page" if mime == "text/html" else "figure"
        stem = slug(title or "") or f"cell-{self.cell}-{noun}-{self._figures}"
        return self.send(stem + _SUFFIXES[mime], mime, content, title)

    def send(self, name: str, mime: str, content: bytes, title: str | None = None) -> str:
        """Send an artifact and print its name, so that the model knows it; return the name.

        Raises:
            LatheError: no cell is running.
        """
        self._channel.require_answering()
        name = self._unused(name)
        payload = {"cell": self.cell, "name": name, "mime": mime, "title": (title or name)[:200]}
        with memory.sealed("lathe-artifact", content) as descriptor:
            self._channel.send(Kind.ARTIFACT, payload, descriptors=[descriptor])
        print(f"[artifact {name}]")
        return name

    def _unused(self, name: str) -> str:
        stem, dot, suffix = name.rpartition(".")
        candidate, count = name, 1
        while candidate in self._used:
            count += 1
            candidate = f"{stem}-{count}{dot}{suffix}" if dot else f"{name}-{count}"
        self._used.add(candidate)
        return candidate


def slug(text: str) -> str:
    """Return `text` as a short file name of ASCII letters, digits and hyphens; maybe empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
