"""A folder of somebody else's, read with bounds and without following links."""

import base64
import os
from dataclasses import dataclass

from lathe_library import evidence, facts, places
from lathe_library.refusals import Refusal

_MAXIMUM_NAMES = 1_000


@dataclass(frozen=True)
class Folder:
    """A folder on disk, whose path has no links below `root`."""

    root: str
    inner: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.inner[-1] if self.inner else os.path.basename(self.root)  # noqa: PTH119

    def below(self, name: str) -> "Folder":
        """Return a folder in it, which need not be there."""
        return Folder(self.root, (*self.inner, name))

    def names(self, *inner: str) -> list[str]:
        """Return what lies in it, sorted; nothing where it is not there.

        Raises:
            Refusal: it is a link, or holds too much.
        """
        with places.entered(self.root, *self.inner, *inner) as folder:
            if folder is None:
                return []
            names = sorted(os.listdir(folder))  # noqa: PTH208 - of a descriptor
        if len(names) > _MAXIMUM_NAMES:
            raise Refusal(f"{self.name} holds more than {_MAXIMUM_NAMES} files.")
        return [one for one in names if one not in ("__pycache__", ".DS_Store")]

    def text(self, *path: str) -> str:
        """Return the text of a file in it.

        Raises:
            Refusal: there is none, it is a link, too large, or not UTF-8.
        """
        try:
            return self._bytes(path, facts.MAXIMUM_BYTES).decode("utf-8")
        except UnicodeDecodeError:
            raise Refusal(f"{'/'.join(path)} is not UTF-8.") from None

    def encoded(self, *inner: str) -> dict[str, str]:
        """Return the files of a folder in it, by name, in base64."""
        return {
            one: base64.b64encode(self._bytes((*inner, one), evidence.MAXIMUM_FIXTURE)).decode()
            for one in self.names(*inner)[: evidence.MAXIMUM_FIXTURES + 1]
        }

    def _bytes(self, path: tuple[str, ...], maximum: int) -> bytes:
        with places.entered(self.root, *self.inner, *path[:-1]) as folder:
            if folder is not None:
                try:
                    return places.content(folder, path[-1], maximum)
                except FileNotFoundError:
                    pass
        raise Refusal(f"{'/'.join(path)} is not there.")
