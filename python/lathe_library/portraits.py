"""What is compared of a library's capabilities, kept by the hash of their files.

A file that is known needs no parsing. The kept file is derived: lost, damaged or of another
version it is made anew, and where it cannot be written nothing but time is lost.
"""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from lathe_library import block, facts, likeness, places
from lathe_library.facts import Kind
from lathe_library.likeness import Portrait

# Syntax trees are those of one Python; the number goes up with what is compared.
_FORM: Final = [1, *sys.version_info[:2]]
_MAXIMUM_BYTES: Final = 256 << 20
_DIGITS: Final = 16


class Portraits:
    """Portraits by the hash of the whole file, its kind and its name."""

    def __init__(self, kept: Path | None = None) -> None:
        """Read what an earlier comparison kept; None keeps nothing."""
        self._kept = kept
        self._known: dict[str, dict[str, Any] | None] = _read(kept) if kept is not None else {}
        self._used: dict[str, dict[str, Any] | None] = {}
        self.parsed = 0

    def of(self, folder: int, kind: Kind, name: str) -> Portrait | None:
        """Return the portrait of a file in an open folder; None where it cannot be read.

        Raises:
            FileNotFoundError: there is none.
            Refusal: it is a link or no file, or too large.
        """
        facts.require_name(name)
        content = places.content(folder, f"{name}.py", facts.MAXIMUM_BYTES)
        key = f"{kind} {name} {hashlib.sha256(content).hexdigest()}"
        if key in self._known:
            try:
                made = _portrait(self._known[key], kind, name)
            except (KeyError, TypeError, AttributeError):
                made = self._parsed(content, kind, name)
        else:
            made = self._parsed(content, kind, name)
        self._used[key] = _record(made)
        return made

    def keep(self, whole: Kind | None) -> None:
        """Write what is known; of the kind that was looked at whole, only what is still there."""
        earlier = self._known.items()
        gone = {key for key, _ in earlier if whole is not None and key.startswith(f"{whole} ")}
        records = {key: one for key, one in earlier if key not in gone} | self._used
        if self._kept is None or records == self._known:
            return
        # Whoever compares at the same time writes the same; the last one stays.
        with contextlib.suppress(OSError):
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            descriptor, path = tempfile.mkstemp(prefix=".likeness-", dir=self._kept.parent)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump({"form": _FORM, "portraits": records}, file, separators=(",", ":"))
                Path(path).replace(self._kept)
            except OSError:
                Path(path).unlink(missing_ok=True)

    def _parsed(self, content: bytes, kind: Kind, name: str) -> Portrait | None:
        self.parsed += 1
        try:
            body = block.split(content.decode("utf-8")).body
        except UnicodeDecodeError:
            return None
        return likeness.portrait(body, kind, name)


def _read(kept: Path) -> dict[str, dict[str, Any] | None]:
    try:
        descriptor = os.open(kept, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(_MAXIMUM_BYTES + 1)
        loaded: Any = json.loads(content) if len(content) <= _MAXIMUM_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(loaded, dict):
        return {}
    fields = cast("dict[str, Any]", loaded)
    portraits = fields.get("portraits")
    if fields.get("form") != _FORM or not isinstance(portraits, dict):
        return {}
    return cast("dict[str, dict[str, Any] | None]", portraits)


def _record(made: Portrait | None) -> dict[str, Any] | None:
    if made is None:
        return None
    return {
        "words": sorted(made.words),
        "name_words": sorted(made.name_words),
        "signature": sorted(made.signature),
        "trees": "".join(sorted(made.trees)),
    }


def _portrait(record: Mapping[str, Any] | None, kind: Kind, name: str) -> Portrait | None:
    if record is None:
        return None
    trees = str(record["trees"])
    return Portrait(
        kind,
        name,
        frozenset(map(str, record["words"])),
        frozenset(map(str, record["name_words"])),
        frozenset(map(str, record["signature"])),
        frozenset(trees[at : at + _DIGITS] for at in range(0, len(trees), _DIGITS)),
    )
