"""What an exception of a cell has to do with a limit: which one, its value, and where it is set."""

import errno

from lathe_kernel import pressure

_OUT_OF_MEMORY = ("MemoryError", "OutOfMemoryException", "OutOfMemoryError")
_TOO_MANY = {
    errno.EMFILE: ("open_files", "files are open; close them (`with open(…)`)"),
    errno.EFBIG: ("file", "is the largest file; write several, or less"),
}


def add(error: BaseException) -> None:
    """Add a note to an exception that a limit of the kernel has caused; to any other, nothing."""
    text = _text(error)
    if text is not None:
        error.add_note(text)


def _text(error: BaseException) -> str | None:
    if any(kind.__name__ in _OUT_OF_MEMORY for kind in type(error).__mro__):
        return _about_memory()
    if isinstance(error, OSError) and error.errno in _TOO_MANY:
        name, what = _TOO_MANY[error.errno]
        return _about(name, what)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _about(
            "tmp", "fit into /tmp and into /dev/shm; remove files there, or use the work folder"
        )
    is_start = isinstance(error, RuntimeError) and error.args == ("can't start new thread",)
    if is_start or (isinstance(error, BlockingIOError) and error.errno == errno.EAGAIN):
        return _about("processes", "processes and threads may run; end some, or start fewer")
    return None


def _about_memory() -> str:
    allowed = pressure.limit("memory")
    if allowed is None:
        return "The kernel's limit of memory was reached; its variables are as they were."
    return (
        f"The kernel's limit of memory was reached (limit memory={_bytes(allowed)}, "
        f"{_bytes(pressure.used())} of it used now); its variables are kept. Work on a part of "
        f"the data, use smaller types, or del what is no longer needed; {_mend('memory')}."
    )


def _about(name: str, what: str) -> str | None:
    allowed = pressure.limit(name)
    if allowed is None:
        return None
    value = _bytes(allowed) if name in ("file", "tmp") else str(allowed)
    return f"At most {value} {what} (limit {name}); {_mend(name)}."


def _mend(name: str) -> str:
    return f"the user sets it with --limit {name}=…"


def _bytes(count: int) -> str:
    for size, unit in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB")):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + unit
    return f"{count} bytes"
