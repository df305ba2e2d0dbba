"""A framework whose packages are in a folder of their own, beside those of `.venv`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lathe_bench.cells import BenchError

_SHARE = Path(sys.prefix) / "share"


@dataclass(frozen=True)
class InstalledPeer:
    """What it is called, the file that drives it, its package and the folder where that is."""

    name: str
    side: str
    package: str
    packages: str
    setup: ClassVar[str]
    """The word for scripts/setup that installs it."""

    @property
    def key(self) -> str:
        """The end of the names of figures."""
        return self.name.replace(" ", "_").replace("-", "_")

    @property
    def folder(self) -> Path:
        """Where its packages are."""
        return _SHARE / self.packages

    def version(self) -> str:
        """Return the version that is installed."""
        found = next(self.folder.glob(f"{self.package}-*.dist-info"), None)
        return found.name.removesuffix(".dist-info").rpartition("-")[2] if found else "missing"

    def check(self) -> None:
        """See that it is there.

        Raises:
            BenchError: it is not.
        """
        if self.version() == "missing":
            raise BenchError(f"not installed: {self.name}; run scripts/setup {self.setup}")
