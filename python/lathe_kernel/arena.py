"""Large arrays that lie in memory files from the start: handing one over copies nothing.

`_lathe_arena`, which is built into lathe-kernel, stands in for numpy's allocator (NEP 49). As long
as nobody else may see a block, it is a shared map of its file; it is frozen, a private map of a
sealed file from then on, before the kernel is copied, forks, or hands it over.
"""

import contextlib
import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Protocol, cast

from lathe_kernel.packages import loaded


class _Arena(Protocol):
    def install(self, table: object, /) -> bool: ...
    def freeze(self, address: int, /) -> tuple[int, int, int] | None: ...
    def freeze_all(self) -> bool: ...
    def map(self) -> None: ...
    def files(self) -> list[int]: ...
    def leave(self, address: int, end: int, /) -> bool: ...
    def size(self, address: int, /) -> int: ...


def _built_in() -> _Arena | None:
    if "_lathe_arena" not in sys.builtin_module_names:
        return None
    return cast("_Arena", importlib.import_module("_lathe_arena"))


def begin() -> None:
    """Take over the large arrays that this thread will make, from when numpy is imported on.

    Arrays of other threads, and what is asked for as zeros, stay with numpy's own allocator.
    """
    if _built_in() is None:
        return
    if loaded("numpy") is None:
        sys.meta_path.insert(0, _NumpyFinder())
    else:
        _install()


def _install() -> None:
    arena = _built_in()
    module: Any = loaded("numpy")
    if arena is not None:
        with contextlib.suppress(AttributeError):
            arena.install(module._core._multiarray_umath._ARRAY_API)


class _NumpyFinder(MetaPathFinder):
    """Finds numpy as Python itself does, and has the arena installed when it was imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return numpy's spec with a loader that installs; None for every other module."""
        if fullname != "numpy":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self)
        return spec


class _Loader(Loader):
    """Loads as `inner` does, which is the module's loader from then on; the finder goes."""

    def __init__(self, inner: Any, finder: MetaPathFinder) -> None:
        self._inner = inner
        self._finder = finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._inner
        if module.__spec__ is not None:
            module.__spec__.loader = self._inner
        with contextlib.suppress(ValueError):  # Code may have taken it out itself.
            sys.meta_path.remove(self._finder)
        self._inner.exec_module(module)
        _install()


def frozen(address: int) -> tuple[int, int, int] | None:
    """Freeze the block that begins there: its sealed file, which stays the arena's; size; inode.

    None where no block begins there, or its file is gone.
    """
    arena = _built_in()
    return arena.freeze(address) if arena else None


def freeze_all() -> bool:
    """Freeze every block, so that a copy of this kernel shares no memory that either writes to.

    False where memory ran out: a copy would not have all blocks.
    """
    arena = _built_in()
    return arena is None or arena.freeze_all()


def count() -> None:
    """Have Linux count the blocks as this process's: else nobody sees what a copy alone holds."""
    if arena := _built_in():
        arena.map()


def size(address: int) -> int:
    """Return the bytes of the block that begins there; 0 where none does."""
    arena = _built_in()
    return arena.size(address) if arena else 0


def files() -> set[int]:
    """Return the descriptors of blocks that are not frozen yet."""
    arena = _built_in()
    return set(arena.files()) if arena else set()


def leave(address: int, end: int) -> bool:
    """Let go of a block's file, but for the pages up to `end`: another file's are to lie there.

    False where the block stays as it is.
    """
    arena = _built_in()
    return arena is not None and arena.leave(address, end)
