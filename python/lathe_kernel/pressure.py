"""What a kernel may use: made final before code of others runs, and told before it is an error."""

import os
import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from lathe_kernel import variables
from lathe_kernel.protocol import Memory

_TOLD_FROM = 0.75
_PAGE = resource.getpagesize()
# Seconds between the signal that tells the cause and the one that cannot be caught.
_LAST_SECONDS = 2


@dataclass
class _Known:
    """What this kernel started with, and what it may use."""

    start: int = 0
    limits: dict[str, int] = field(default_factory=dict[str, int])


_known = _Known()


def harden(slices: Sequence[int], limits: Mapping[str, int]) -> None:
    """Make the limits final; they can only be lower than the ones set at the fork.

    The maps of `slices` are added to the limit of memory, since Linux counts them too. Called
    once, before any code of others runs.
    """
    shared = sum(os.fstat(descriptor).st_size for descriptor in slices)
    _known.start = _used() + shared
    _known.limits = dict(limits)
    allowed, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if "memory" in limits:
        allowed = _known.start + limits["memory"]
    elif allowed != resource.RLIM_INFINITY:
        allowed += shared
    _lower(resource.RLIMIT_DATA, allowed)
    if "file" in limits:
        _lower(resource.RLIMIT_FSIZE, limits["file"])
    if "open_files" in limits:
        _lower(resource.RLIMIT_NOFILE, limits["open_files"])
    if "processes" in limits:
        _lower(resource.RLIMIT_NPROC, limits["processes"])
    if "cpu" in limits:
        _lower(resource.RLIMIT_CPU, limits["cpu"], limits["cpu"] + _LAST_SECONDS)


def measured(namespace: Mapping[str, Any]) -> Memory | None:
    """Return what is used and allowed beyond the start, once it is three quarters; else None."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_DATA)
    used, limit = _used() - _known.start, allowed - _known.start
    if allowed == resource.RLIM_INFINITY or used < limit * _TOLD_FROM:
        return None
    return {"used": used, "limit": limit, "kept": _kept(namespace, limit // 100)}


def limit(name: str) -> int | None:
    """Return what is allowed of one thing, by its name in `--limit`; None where it is not said."""
    return _known.limits.get(name)


def used() -> int:
    """Return the private memory beyond the start, in bytes."""
    return max(_used() - _known.start, 0)


def _kept(namespace: Mapping[str, Any], least: int) -> list[tuple[str, int]]:
    """Return large results of earlier cells that only the list of results still holds."""
    named = {id(value) for name, value in namespace.items() if not name.startswith("_")}
    results = cast("dict[int, object]", namespace.get("_oh", {}))
    sizes = [
        (f"_{number}", variables.bytes_of(value))
        for number, value in results.items()
        if id(value) not in named
    ]
    large = [one for one in sizes if one[1] > least]
    return sorted(large, key=lambda one: one[1], reverse=True)[:5]


def _lower(what: int, soft: int, hard: int | None = None) -> None:
    _, most = resource.getrlimit(what)
    hard = soft if hard is None else hard
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(what, (soft, hard))


def _used() -> int:
    # By hand, because it is read after every cell.
    descriptor = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return int(os.read(descriptor, 256).split()[5]) * _PAGE
    finally:
        os.close(descriptor)
