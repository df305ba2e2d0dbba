"""Large plain data: collections of numbers and text that are written without being touched.

Python's pickler counts a reference to each object, and each count copies the page that it stands
on: a list of five million numbers would cost its own size again while it is saved from a copy.
`_lathe_trees`, which is built into lathe-kernel, reads through borrowed references.
"""

import importlib
import sys
from collections.abc import Callable
from typing import Any, Protocol, cast

LARGE = 1 << 20


class _Trees(Protocol):
    def write(
        self, name: str, tree: object, write: Callable[[memoryview], object] | None, /
    ) -> int | None: ...


def _built_in() -> _Trees | None:
    if "_lathe_trees" not in sys.builtin_module_names:
        return None
    return cast("_Trees", importlib.import_module("_lathe_trees"))


def lengths(variables: dict[str, Any]) -> dict[str, int]:
    """Return how long the pickles of those are that are large trees; there may be none.

    A tree is a list, tuple, dict or set of plain values and trees, of exactly these types, in
    which no collection is referred to by anything but the one that it is in.
    """
    trees = _built_in()
    if trees is None:
        return {}
    found: dict[str, int] = {}
    for name, value in variables.items():
        if type(value) in (list, tuple, dict, set):
            length = trees.write(name, value, None)
            if length is not None and length >= LARGE:
                found[name] = length
    return found


def write(name: str, tree: object, sink: Any) -> None:
    """Write the pickle of a variable that `lengths` found to `sink`."""
    trees = _built_in()
    if trees is None or trees.write(name, tree, sink.write) is None:
        raise RuntimeError(f"{name} changed while it was saved")
