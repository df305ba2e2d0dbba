"""How near a kernel is to its limit of memory."""

import os
import resource
from collections.abc import Sequence
from pathlib import Path

from lathe_kernel.protocol import Memory

_TOLD_FROM = 0.75
_PAGE = resource.getpagesize()
_START = {"bytes": 0}


def harden(slices: Sequence[int]) -> None:
    """Make the limit of memory final, with the maps of `slices` added, which Linux counts too.

    Called once, before any code of others runs.
    """
    allowed, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if allowed != resource.RLIM_INFINITY:
        allowed += sum(os.fstat(descriptor).st_size for descriptor in slices)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, allowed))
    _START["bytes"] = _used() + sum(os.fstat(descriptor).st_size for descriptor in slices)


def measured() -> Memory | None:
    """Return what is used and allowed beyond the start, once it is three quarters; else None."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_DATA)
    used, limit = _used() - _START["bytes"], allowed - _START["bytes"]
    if allowed == resource.RLIM_INFINITY or used < limit * _TOLD_FROM:
        return None
    return {"used": used, "limit": limit}


def _used() -> int:
    return int(Path("/proc/self/statm").read_bytes().split()[5]) * _PAGE
