"""The tests of a capability and the small files that they read: read whole, hashed, never run."""

import contextlib
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lathe_library import places
from lathe_library.refusals import Refusal

MAXIMUM_TESTS = 256 * 1024
MAXIMUM_FIXTURE = 1024 * 1024
MAXIMUM_FIXTURES = 50
MAXIMUM_TOGETHER = 4 * 1024 * 1024
_FIXTURE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


@dataclass(frozen=True)
class Evidence:
    """What lies beside a capability; `sha256` is None where there is nothing."""

    tests: str = ""
    fixtures: tuple[str, ...] = ()
    sha256: str | None = None


def read(folder: int, name: str) -> Evidence:
    """Return the tests and fixtures of a capability in an open folder.

    Raises:
        Refusal: one of them is no regular file, is too large or has a strange name.
    """
    files: dict[str, bytes] = {}
    with contextlib.suppress(FileNotFoundError):
        files[f"test_{name}.py"] = places.content(folder, f"test_{name}.py", MAXIMUM_TESTS)
    fixtures = _fixtures(folder, name)
    files |= {f"fixtures/{name}/{one}": content for one, content in fixtures.items()}
    if not files:
        return Evidence()
    tests = files.get(f"test_{name}.py", b"")
    try:
        text = tests.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(f"test_{name}.py is not UTF-8.") from None
    return Evidence(text, tuple(fixtures), sha256(files))


def sha256(files: Mapping[str, bytes]) -> str:
    """Return the hash of tests and fixtures: of what `sha256sum` prints for them, tests first."""
    ordered = sorted(files, key=lambda path: (path.startswith("fixtures/"), path.encode()))
    lines = "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in ordered)
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()


def _fixtures(folder: int, name: str) -> dict[str, bytes]:
    with places.entered(folder, "fixtures", name) as inner:
        if inner is None:
            return {}
        names = sorted(os.listdir(inner), key=os.fsencode)  # noqa: PTH208 - of a descriptor
        if len(names) > MAXIMUM_FIXTURES:
            raise Refusal(f"fixtures/{name} holds more than {MAXIMUM_FIXTURES} files.")
        found: dict[str, bytes] = {}
        left = MAXIMUM_TOGETHER
        for one in names:
            if not _FIXTURE.match(one):
                raise Refusal(f"fixtures/{name} holds {one!r:.80}, which cannot name a fixture.")
            try:
                found[one] = places.content(inner, one, min(MAXIMUM_FIXTURE, left))
            except FileNotFoundError:
                continue
            left -= len(found[one])
        return found
