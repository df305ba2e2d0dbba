"""A machine's clock that a test can set, for one program that reads it."""

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SOURCE = Path(__file__).with_name("shifted_clock.c")


@dataclass(frozen=True)
class SettableClock:
    """The wall clock of whatever is started with `variables`."""

    _offset: Path
    _library: Path

    @staticmethod
    def in_folder(folder: Path) -> "SettableClock":
        """Make a clock that is right."""
        clock = SettableClock(folder / "clock", folder / "shifted_clock.so")
        command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(clock._library), str(_SOURCE)]
        subprocess.run(command, check=True)
        clock.set(0)
        return clock

    @property
    def variables(self) -> dict[str, str]:
        """What a program's environment needs for this clock."""
        return {"LD_PRELOAD": str(self._library), "SHIFTED_CLOCK": str(self._offset)}

    def set(self, seconds: int) -> None:
        """Set it so many seconds off, at once and for all who read it."""
        if not self._offset.exists():
            self._offset.write_bytes(bytes(8))
        with self._offset.open("r+b") as file:
            file.write(struct.pack("=q", seconds))
