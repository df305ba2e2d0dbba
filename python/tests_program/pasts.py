"""Users whose past took long to make: made once, and put back as it was for each test."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests_program.program import Lathe


@dataclass(frozen=True)
class Pasts:
    """Users by the names of their pasts, in a folder of this process."""

    folder: Path

    def user(self, name: str, make: Callable[[Lathe], None]) -> Lathe:
        """Return the user to whom `make` gave a past, always in the same folders.

        Paths that journals keep stay true. What the test before left there is gone.
        """
        (used, kept) = (self.folder / name, self.folder / f"{name}.kept")
        shutil.rmtree(used, ignore_errors=True)
        if kept.exists():
            _copy(kept, used)
        else:
            make(Lathe.in_folder(used))
            half = self.folder / f"{name}.half"
            _copy(used, half)
            half.rename(kept)
        return Lathe(used / "home", used / "project")


def _copy(folder: Path, to: Path) -> None:
    """Copy with owners too: where root runs lathe, what a kernel may write is another user's."""
    subprocess.run(["/bin/cp", "-a", folder, to], check=True)
