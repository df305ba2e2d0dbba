"""Folders and files of the library, entered step by step without following links."""

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager

from lathe_library.refusals import Refusal

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def entered(start: int | str, *names: str) -> Generator[int | None]:
    """Hold the folder below `start` open; None where it is not there.

    Raises:
        Refusal: one on the way is a link or no folder.
    """
    opened: list[int] = []
    try:
        current: int | None = start if isinstance(start, int) else None
        for name in ([] if isinstance(start, int) else [start]) + list(names):
            try:
                current = os.open(name, _FOLDER, dir_fd=current)
            except FileNotFoundError:
                yield None
                return
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENOTDIR):
                    raise Refusal(f"{name} is a link or no folder; put a real one there.") from None
                raise Refusal(f"the folder {name} cannot be opened: {error.strerror}.") from None
            opened.append(current)
        yield current
    finally:
        for descriptor in opened:
            os.close(descriptor)


def content(folder: int, name: str, maximum: int) -> bytes:
    """Return a regular file's bytes.

    Raises:
        FileNotFoundError: there is none.
        Refusal: it is a link, is known by another name too, or is too large.
    """
    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Refusal(f"{name} cannot be opened as a regular file: {error.strerror}.") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise Refusal(f"{name} is not a regular file.")
    with open(descriptor, "rb") as file:  # noqa: PTH123 - opened above, without following links
        if status.st_nlink > 1:
            raise Refusal(
                f"{name} is a hard link: whoever writes to its other name changes it. Put a copy "
                "in its place."
            )
        found = file.read(maximum + 1)
    if len(found) > maximum:
        raise Refusal(f"{name} is larger than {maximum // 1024} KiB.")
    return found
