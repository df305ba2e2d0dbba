"""Pages of memory: writing them into files, mapping files, telling whether they were changed.

The copy of a large buffer into a fresh memory file costs what its pages cost. Where Linux gives a
memory file pages of 2 MiB (MADV_COLLAPSE, 6.1), writing is three times as fast and mapping it in
another kernel takes no time worth naming; elsewhere the same bytes lie in pages of 4 KiB.
"""

import contextlib
import ctypes
import errno
import functools
import mmap
import os
import weakref
from collections.abc import Generator
from pathlib import Path
from typing import Any

from lathe_kernel import arena
from lathe_kernel.packages import numpy

HUGE = 2 << 20
_PAGE = mmap.PAGESIZE
_STEP = 32 * HUGE
_ENTRIES = 1 << 20
_LARGE = "slices are written in pages of 2 MiB (MADV_COLLAPSE)"
_SMALL = (
    "slices are written in pages of 4 KiB, at a third of the speed, and cost page faults where "
    "they are used: this Linux gives memory files no larger ones (that takes 6.1, and not `deny` "
    "in /sys/kernel/mm/transparent_hugepage/shmem_enabled)"
)
_FOLLOWED = "Linux tells which of a large array's pages changed since (/proc/self/pagemap)"
_COMPARED = "what changed since is found by comparing, since /proc/self/pagemap cannot be read"
_MADE = "large arrays are made in such files, and handed over without a copy"
_COPIED = "an array is copied when it is first handed over"
_TRIED = 1 << 25
_READ, _WRITE = mmap.PROT_READ, mmap.PROT_WRITE
_FIXED, _NO_RESERVE, _ANONYMOUS = 0x10, 0x4000, 0x20
_SHARED, _PRIVATE = mmap.MAP_SHARED, mmap.MAP_PRIVATE
_COLLAPSE = 25
_ATTEMPTS = 3  # A page that another processor is just done with is refused once.
_huge = {"tried": True}

# Device and inode: two file systems may each have a file of one number.
Identity = tuple[int, int]
# numpy's own, and the one of large arrays, which leaves to numpy's what it does not take.
_ALLOCATORS = ("default_allocator", "lathe_arena")
_FAILED = ctypes.c_void_p(-1).value

# The interpreter's lock stays held: what is compared or replaced must not change meanwhile.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_libc.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]


def address_of(view: memoryview) -> int:
    """Return where the bytes of a contiguous view are."""
    return int(numpy().frombuffer(view, dtype="uint8").__array_interface__["data"][0])


def write(descriptor: int, view: memoryview, offset: int) -> None:
    """Write bytes into a memory file that is long enough already, in large pages where they fit.

    Raises:
        OSError: the file cannot take them.
    """
    first, last = _rounded_up(offset, HUGE), (offset + view.nbytes) // HUGE * HUGE
    if first >= last or not _huge["tried"]:
        _copy(descriptor, view, offset)
        return
    _copy(descriptor, view[: first - offset], offset)
    for start in range(first, last, _STEP):
        end = min(start + _STEP, last)
        piece = view[start - offset : end - offset]
        if not _copy_into_huge_pages(descriptor, piece, start):
            _copy(descriptor, piece, start)
    _copy(descriptor, view[last - offset :], last)


@contextlib.contextmanager
def writing(descriptor: int, length: int) -> Generator[memoryview]:
    """Give a memory file's bytes to the body to write to; nothing may refer to them afterwards."""
    last = length // HUGE * HUGE
    if last and _huge["tried"]:
        for start in range(0, last, HUGE):
            os.pwrite(descriptor, b"\0", start)  # A hole is not collapsed; a page is.
    address = _aligned_map(descriptor, length, 0, _SHARED)
    try:
        if last and _huge["tried"]:
            _collapsed(address, last)
        yield memoryview((ctypes.c_uint8 * length).from_address(address)).cast("B")
    finally:
        _libc.munmap(address, length)


def mapped(descriptor: int, first: int = 0, end: int | None = None) -> memoryview:
    """Return a file's bytes as a private, writable map; it is gone with the last view of it.

    Pages are shared with everybody else who has the file until they are changed here. `first` is
    the beginning of a page; without an end, the map reaches to that of the file.
    """
    length = (os.fstat(descriptor).st_size if end is None else end) - first
    address = _aligned_map(descriptor, length, first)
    array = (ctypes.c_uint8 * length).from_address(address)
    weakref.finalize(array, _libc.munmap, address, length).atexit = False
    return memoryview(array).cast("B")


def equal(view: memoryview, descriptor: int, offset: int) -> bool:
    """Compare bytes with a file's."""
    content = mapped(descriptor)[offset : offset + view.nbytes]
    ours, theirs = address_of(view), address_of(content)
    return not any(
        _libc.memcmp(ours + start, theirs + start, min(_STEP, view.nbytes - start))
        for start in range(0, view.nbytes, _STEP)
    )


def replace(view: memoryview, descriptor: int, offset: int) -> bool:
    """Put a private map of a file in the place of equal bytes; a page at either end may stay.

    The memory behind is given back, and from then on `file_behind` tells whether it was changed.
    False where that is not possible: then nothing has changed.
    """
    start, end = whole_pages(view)
    address = address_of(view)
    if end - start < _PAGE or (start - address + offset) % _PAGE:
        return False
    placed = _libc.mmap(
        start,
        end - start,
        _READ | _WRITE,
        _PRIVATE | _FIXED,
        descriptor,
        offset + (start - address),
    )
    return placed == start


def file_behind(view: memoryview) -> tuple[Identity, int] | None:
    """Return file and offset where bytes lie in one private map of a file and were never changed.

    Bytes on a page that the map does not hold whole are not looked at: compare those.
    """
    start, end = whole_pages(view)
    if start >= end:
        return None  # Most slices are small, and listing all maps takes a millisecond.
    found: tuple[Identity, int] | None = None
    reached = start
    for low, high, file, offset in _maps():
        if high <= reached or reached >= end:
            continue
        if low > reached or file is None:
            return None
        here = (file, offset + (start - low))
        if found is not None and here != found:
            return None
        found, reached = here, high
    if found is None or reached < end or _has_changed_pages(start, end):
        return None
    return found[0], found[1] - (start - address_of(view))


def whole_pages(view: memoryview) -> tuple[int, int]:
    """Return the first address and the end of the pages that lie in a view as a whole."""
    address = address_of(view)
    return _rounded_up(address, _PAGE), (address + view.nbytes) // _PAGE * _PAGE


def is_own_map(array: Any) -> bool:
    """Tell whether an array's memory is a map of its own, the arena's or glibc's for a large block.

    Only then may its pages be replaced: nobody else looks after them, and freeing unmaps them.
    """
    if not array.flags.owndata or _handler_name()(array) not in _ALLOCATORS:
        return False
    address = int(array.__array_interface__["data"][0])
    if arena.size(address):
        return True
    before, size = (ctypes.c_size_t * 2).from_address(address - 16)
    chunk = address - 16 - before
    total = before + (size & ~7)
    is_map = bool(size & 2) and chunk % _PAGE == 0 and total % _PAGE == 0
    return is_map and address + array.nbytes <= chunk + total


def mode() -> str:
    """Say how slices are written and followed on this machine, found out by trying, and why."""
    descriptor = os.memfd_create("lathe-trial", os.MFD_CLOEXEC)
    try:
        os.ftruncate(descriptor, HUGE)
        large = _copy_into_huge_pages(descriptor, memoryview(bytes(HUGE)), 0)
        view = mapped(descriptor)
        followed = file_behind(view) is not None
    except OSError:
        large = followed = False
    finally:
        os.close(descriptor)
    trial = numpy().empty(_TRIED, dtype="uint8")
    made = arena.size(address_of(memoryview(trial))) > 0
    parts = (
        _LARGE if large else _SMALL,
        _MADE if made else _COPIED,
        _FOLLOWED if followed else _COMPARED,
    )
    return "; ".join(parts)


def has_one_thread() -> bool:
    """Tell whether nobody else can be writing while this thread looks away from it."""
    return len(list(Path("/proc/self/task").iterdir())) == 1


def _copy(descriptor: int, view: memoryview, offset: int) -> None:
    while view.nbytes:
        written = os.pwrite(descriptor, view[:_STEP], offset)
        view = view[written:]
        offset += written


def _copy_into_huge_pages(descriptor: int, view: memoryview, offset: int) -> bool:
    for start in range(offset, offset + view.nbytes, HUGE):
        os.pwrite(descriptor, b"\0", start)  # A hole is not collapsed; a page is.
    address = _aligned_map(descriptor, view.nbytes, offset, _SHARED)
    try:
        if not _collapsed(address, view.nbytes):
            return False
        ctypes.memmove(address, address_of(view), view.nbytes)
    finally:
        _libc.munmap(address, view.nbytes)
    return True


def _collapsed(address: int, length: int) -> bool:
    """Give a map of a memory file large pages, holding zeros; False where Linux has none now."""
    for _ in range(_ATTEMPTS):
        if _libc.madvise(address, length, _COLLAPSE) == 0:
            return True
        if ctypes.get_errno() == errno.EINVAL:  # A Linux before 6.1, or one that was told not to.
            _huge["tried"] = False
            return False
    return False


def _aligned_map(descriptor: int, length: int, offset: int = 0, kind: int = _PRIVATE) -> int:
    """Map a file at an address where its large pages can be mapped as such.

    Raises:
        OSError: the map is refused.
    """
    reserved = _libc.mmap(None, length + HUGE, 0, _PRIVATE | _ANONYMOUS | _NO_RESERVE, -1, 0)
    if reserved == _FAILED:
        raise _system_error("reserving addresses for a map")
    address = _rounded_up(reserved, HUGE)
    placed = _libc.mmap(address, length, _READ | _WRITE, kind | _FIXED, descriptor, offset)
    if placed != address:
        error = _system_error("mapping a memory file")
        _libc.munmap(reserved, length + HUGE)
        raise error
    end = _rounded_up(address + length, _PAGE)
    if address > reserved:
        _libc.munmap(reserved, address - reserved)
    if reserved + length + HUGE > end:
        _libc.munmap(end, reserved + length + HUGE - end)
    return address


def _system_error(step: str) -> OSError:
    number = ctypes.get_errno() or errno.ENOMEM
    return OSError(number, f"{os.strerror(number)} ({step})")


def _maps() -> Generator[tuple[int, int, Identity | None, int]]:
    """Yield start, end, file and offset of this process's maps, in order; None for what is no file.

    What is shared with others counts as no file: it can change without a trace.
    """
    for line in Path("/proc/self/maps").read_bytes().splitlines():
        span, access, offset, device, inode, *_ = line.split(None, 5)
        low, high = span.split(b"-")
        file = None
        if access.endswith(b"p") and (number := int(inode)):
            major, minor = device.split(b":")
            file = (os.makedev(int(major, 16), int(minor, 16)), number)
        yield int(low, 16), int(high, 16), file, int(offset, 16)


def _has_changed_pages(start: int, end: int) -> bool:
    """Tell whether pages of a private map are no longer the file's.

    An entry of /proc/self/pagemap has bit 63 for a page in memory, bit 62 for one that is swapped
    out, bit 61 for one that is the file's; the map's own copies of pages lack the last.
    """
    try:
        with Path("/proc/self/pagemap").open("rb", buffering=0) as pagemap:
            return any(
                _names_changed_page(os.pread(pagemap.fileno(), count * 8, first * 8), count)
                for first in range(start // _PAGE, end // _PAGE, _ENTRIES)
                for count in (min(end // _PAGE - first, _ENTRIES),)
            )
    except OSError:
        return True  # Nobody can tell here; all bytes are compared instead.


def _names_changed_page(content: bytes, count: int) -> bool:
    entries = numpy().frombuffer(content, dtype="uint64")
    is_changed = ((entries >> 61) & 0b101 == 0b100) | ((entries >> 62) & 1 == 1)
    return len(entries) != count or bool(is_changed.any())


@functools.cache
def _handler_name() -> Any:
    return numpy()._core.multiarray.get_handler_name


def _rounded_up(number: int, unit: int) -> int:
    return -(-number // unit) * unit
