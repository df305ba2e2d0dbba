"""The files of a session that exported ones show: whole outputs and artifacts. Read only."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# An output up to this size stands whole in a notebook or report; of a longer one beginning and end.
WHOLE_OUTPUT = 256 << 10
LARGEST_FIGURE = 32 << 20
_BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True)
class Folder:
    """A session's folder."""

    path: Path

    def text(self, captured: dict[str, Any]) -> str:
        """Return an output; in place of what is left out stands where the whole is."""
        head, tail, name = captured["head"], captured["tail"], captured.get("file")
        if name is None:
            return str(head)
        whole = self._content(self.path / "outputs" / Path(name).name, WHOLE_OUTPUT)
        lost = f"; {captured['lost']:,} bytes of it were not kept" if captured["lost"] else ""
        if whole is not None and not lost:
            return whole.decode("utf-8", "replace")
        size = captured["bytes"]
        return f"{head}\n… cut: {size:,} bytes in all, kept in {self.path / name}{lost} …\n{tail}"

    def figure(self, artifact: dict[str, Any]) -> bytes | None:
        """Return a PNG or JPEG; None for other kinds, and for one that is gone or is none."""
        beginning = _BEGINNINGS.get(artifact["mime"])
        content = self._content(self.artifact(artifact), LARGEST_FIGURE) if beginning else None
        return content if content and beginning and content.startswith(beginning) else None

    def artifact(self, artifact: dict[str, Any]) -> Path:
        """Return where an artifact is, also where the session's folder has moved since."""
        return self.path / "artifacts" / Path(artifact["name"]).name

    def has(self, artifact: dict[str, Any]) -> bool:
        """Tell whether an artifact is still there, as a plain file."""
        try:
            return stat.S_ISREG(self.artifact(artifact).lstat().st_mode)
        except OSError:
            return False

    def head(self, artifact: dict[str, Any], limit: int) -> str:
        """Return the beginning of an artifact that is text; empty where it cannot be read."""
        content = self._content(self.artifact(artifact), limit, cuts=True)
        return (content or b"").decode("utf-8", "replace")

    @staticmethod
    def _content(path: Path, limit: int, *, cuts: bool = False) -> bytes | None:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return None
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or (status.st_size > limit and not cuts):
                return None
            return file.read(limit)
