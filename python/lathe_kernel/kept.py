"""Sealed memory files that are kept as long as what they hold is, so that nothing is written twice.

A file is found again by what it holds: by the map that took the place of the data's own memory
(then Linux tells whether a page was changed), else by comparing all bytes with a file of the same
length and the same samples. So neither a change in place nor another object at the same address
can pass for what was written.
"""

import contextlib
import hashlib
import os
import resource
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lathe_kernel import arena, memory, pages
from lathe_kernel.errors import LatheError
from lathe_kernel.packages import is_numpy

ALIGNMENT = 64
_SAMPLES = 16
_SAMPLE = 64
_MAXIMUM_FILES = 512
_SHARE_OF_DESCRIPTORS = 4


@dataclass(eq=False)
class KeptFile:
    """A sealed memory file, and where in it each part of what was written lies."""

    descriptor: int
    identity: pages.Identity
    places: tuple[int, ...]
    lengths: tuple[int, ...]
    key: bytes
    address: int
    owners: set[int] = field(default_factory=set[int])
    was_owned: bool = False
    used: int = 0

    @property
    def bytes(self) -> int:
        """How many bytes of data it holds."""
        return sum(self.lengths)

    def is_open(self) -> bool:
        """Tell whether the descriptor still is this file: a copied kernel may have closed it."""
        try:
            status = os.fstat(self.descriptor)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self.identity


@dataclass
class KeptFiles:
    """The files of one kernel's slices. `written` counts bytes, for who wants to know."""

    bound: int = field(default_factory=lambda: max(1 << 30, _machine_memory() // 4))
    written: int = 0
    _files: dict[pages.Identity, KeptFile] = field(default_factory=dict[pages.Identity, KeptFile])
    _by_key: dict[bytes, list[KeptFile]] = field(default_factory=dict[bytes, list[KeptFile]])
    _owned: dict[int, set[KeptFile]] = field(default_factory=dict[int, set[KeptFile]])
    _round: int = 0
    _is_busy: bool = False
    # What this hand-over has placed already: its views are held, so that no address is used twice.
    _seen: dict[tuple[int, int] | None, tuple[KeptFile, memoryview]] = field(
        default_factory=dict[tuple[int, int] | None, tuple[KeptFile, memoryview]]
    )
    _held: int = 0

    def begin(self) -> None:
        """Begin a hand-over: what it uses stays until the next one ends."""
        self._round += 1
        self._is_busy = True

    def end(self) -> None:
        """Let go of files that nobody owns any more, and of the oldest beyond the bound.

        What never had an owner stays as long as every hand-over uses it.
        """
        self._is_busy = False
        self._seen.clear()
        self._held = 0
        for file in list(self._files.values()):
            if not file.owners and (file.was_owned or file.used < self._round):
                self._drop(file)
        oldest = sorted(self._files.values(), key=lambda file: file.used)
        kept = sum(file.bytes for file in oldest)
        for file in oldest:
            if kept <= self.bound and len(self._files) <= most_files():
                break
            kept -= file.bytes
            self._drop(file)

    def placed(self, parts: Sequence[memoryview]) -> KeptFile:
        """Return a file that holds just these bytes, each part from a place of its own.

        Raises:
            OSError: the file cannot be written.
        """
        place = (pages.address_of(parts[0]), parts[0].nbytes) if len(parts) == 1 else None
        if place in self._seen:
            return self._seen[place][0]
        file = self._found(parts) or self._made(parts)
        file.used = self._round
        # Compared once is enough for one hand-over, while the bytes can be held here.
        if place and self._held + place[1] <= self.bound // 2:
            self._seen[place] = (file, parts[0])
            self._held += place[1]
        return file

    def own(self, owners: Iterable[object], files: Iterable[KeptFile]) -> None:
        """Keep files as long as one of these objects lives."""
        held = set(files)
        for owner in owners:
            try:
                known = self._owned.get(id(owner))
                if known is None:
                    weakref.finalize(owner, self._released, id(owner)).atexit = False
                    known = self._owned[id(owner)] = set()
            except TypeError:
                continue  # Nothing tells when it goes; the file stays for the next hand-over.
            known |= held
            for file in held:
                file.owners.add(id(owner))
                file.was_owned = True

    def take_place(self, file: KeptFile, view: memoryview, array: Any) -> None:
        """Let the file's pages take the place of the array's own, where that is sound."""
        if not pages.is_own_map(array) or not pages.has_one_thread():
            return
        # Of a block that is left in part all pages would stay, and nobody would count them.
        address = int(array.__array_interface__["data"][0])
        if (size := arena.size(address)) and not (
            size == view.nbytes and arena.leave(address, pages.whole_pages(view)[1])
        ):
            return
        if pages.replace(view, file.descriptor, file.places[0]):
            self.own([array], [file])

    def _found(self, parts: Sequence[memoryview]) -> KeptFile | None:
        lengths = tuple(part.nbytes for part in parts)
        if len(parts) == 1:
            file = self._behind(parts[0]) or self._from_arena(parts[0])
            if file is not None:
                return file
        for file in list(self._by_key.get(_key(parts), ())):
            if not file.is_open():
                self._forget(file)
            elif file.lengths == lengths and all(
                pages.equal(part, file.descriptor, place)
                for part, place in zip(parts, file.places, strict=True)
            ):
                return file
        return None

    def _behind(self, part: memoryview) -> KeptFile | None:
        """Return the file whose map these bytes are, unchanged and as a whole."""
        behind = pages.file_behind(part)
        file = self._files.get(behind[0]) if behind else None
        if file is None or behind is None or not file.is_open():
            return None
        if (behind[1], (part.nbytes,)) != (file.places[0], file.lengths):
            return None
        address = pages.address_of(part)
        start, end = pages.whole_pages(part)
        edges = (slice(0, start - address), slice(end - address, part.nbytes))
        same = all(
            bytes(part[edge]) == os.pread(file.descriptor, len(part[edge]), behind[1] + edge.start)
            for edge in edges
        )
        return file if same else None

    def _from_arena(self, part: memoryview) -> KeptFile | None:
        """Return the file that these bytes were made in, where they are all that it holds."""
        address = pages.address_of(part)
        block = arena.frozen(address)
        if block is None or block[1] != part.nbytes or not memory.is_sealed(block[0]):
            return None
        status = os.fstat(block[0])
        identity = (status.st_dev, status.st_ino)
        if identity in self._files:
            return None  # Known, and changed since.
        descriptor = memory.duplicate(block[0])
        file = KeptFile(descriptor, identity, (0,), (part.nbytes,), _key([part]), address)
        self._add(file)
        if self._behind(part) is file:
            return file
        self._drop(file)
        return None

    def _made(self, parts: Sequence[memoryview]) -> KeptFile:
        # A large buffer lies as far from a large page in the file as in memory, so that the file's
        # pages can take the place of its own.
        alone = len(parts) == 1 and parts[0].nbytes >= pages.HUGE
        address = pages.address_of(parts[0]) if alone else 0
        end = address % pages.HUGE
        places: list[int] = []
        for part in parts:
            start = end if alone else -(-end // ALIGNMENT) * ALIGNMENT
            places.append(start)
            end = start + part.nbytes
        descriptor = memory.create("lathe-slice")
        try:
            os.ftruncate(descriptor, max(end, 1))
            for place, part in zip(places, parts, strict=True):
                pages.write(descriptor, part, place)
            memory.seal(descriptor)
            status = os.fstat(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        lengths = tuple(part.nbytes for part in parts)
        self.written += sum(lengths)
        self._replace_older(address, lengths)
        identity = (status.st_dev, status.st_ino)
        file = KeptFile(descriptor, identity, tuple(places), lengths, _key(parts), address)
        self._add(file)
        return file

    def _add(self, file: KeptFile) -> None:
        self._files[file.identity] = file
        self._by_key.setdefault(file.key, []).append(file)

    def _replace_older(self, address: int, lengths: tuple[int, ...]) -> None:
        """Drop what was written from the same memory before it was changed."""
        if not address:
            return
        for file in list(self._files.values()):
            is_older = file.address == address and file.lengths == lengths
            if is_older and file.used < self._round:
                self._drop(file)

    def _released(self, owner: int) -> None:
        for file in self._owned.pop(owner, ()):
            file.owners.discard(owner)
            if not file.owners and not self._is_busy:
                self._drop(file)

    def _drop(self, file: KeptFile) -> None:
        if file.is_open():
            with contextlib.suppress(OSError):
                os.close(file.descriptor)
        self._forget(file)

    def _forget(self, file: KeptFile) -> None:
        self._files.pop(file.identity, None)
        same = self._by_key.get(file.key, [])
        if file in same:
            same.remove(file)
        if not same:
            self._by_key.pop(file.key, None)
        for owner in file.owners:
            self._owned.get(owner, set()).discard(file)


def most_files() -> int:
    """Return how many files may be kept: a part of the descriptors that the kernel may have."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(_MAXIMUM_FILES, max(allowed // _SHARE_OF_DESCRIPTORS, 1))


def root_array(exporter: Any) -> Any:
    """Return the numpy array that owns the memory of an array or a buffer, or None."""
    while is_numpy(exporter, "ndarray") and exporter.base is not None:
        exporter = exporter.base
        if isinstance(exporter, memoryview):
            exporter = exporter.obj
    return exporter if is_numpy(exporter, "ndarray") else None


def too_large(error: OSError, size: int) -> LatheError:
    """Return the error for a slice that did not fit."""
    return LatheError(
        "limit",
        f"the slice of {size:,} bytes could not be written ({error.strerror}); hand over fewer "
        "rows or columns.",
    )


def _key(parts: Sequence[memoryview]) -> bytes:
    """Return what equal bytes have in common, at little cost: lengths and samples."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(b"%d " % part.nbytes)
        step = max(part.nbytes // _SAMPLES, 1)
        for start in range(0, part.nbytes, step):
            digest.update(part[start : start + _SAMPLE])
    return digest.digest()


def _machine_memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
