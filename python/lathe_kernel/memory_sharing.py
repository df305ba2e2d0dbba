"""Which variables share objects: those are saved together, so that what was one stays one."""

import gc
import itertools
import sys
import types
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from lathe_kernel import arrow
from lathe_kernel.packages import is_array, is_numpy, is_pandas, numpy

# Two of the same value cannot be told apart, or nobody does.
_ATOMS = frozenset(
    {
        int,
        float,
        complex,
        bool,
        str,
        bytes,
        range,
        slice,
        type(None),
        type(...),
        type(NotImplemented),
        types.BuiltinFunctionType,
        types.ModuleType,
        types.CodeType,
    }
)
# What they refer to reaches far, and none of it is saved with them.
_CLOSED = (
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.TracebackType,
)
_PANDAS = ("DataFrame", "Series", "Index", "api.extensions.ExtensionArray")


def groups(
    variables: Mapping[str, object], namespace: dict[str, Any], trees: Collection[str] = ()
) -> list[list[str]]:
    """Return the names in groups of those that share an object, in the order of their names.

    What is in `trees` nothing else refers to: those are not walked, as that would touch all of it.
    """
    return _Sharing(namespace).groups(variables, trees)


class _Sharing:
    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._parents: dict[str, str] = {}
        self._owners: dict[int, str] = {}
        self._outside = {id(namespace), id(sys.modules), id(sys.__dict__)}

    def groups(self, variables: Mapping[str, object], trees: Collection[str]) -> list[list[str]]:
        for name, value in variables.items():
            self._parents[name] = name
            if name in trees:
                self._own(name, value)
            else:
                self._walk(name, value)
        grouped: dict[str, list[str]] = {}
        for name in sorted(variables):
            grouped.setdefault(self._root(name), []).append(name)
        return list(grouped.values())

    def _walk(self, name: str, value: object) -> None:
        waiting: Iterable[object] = [value]
        while waiting:
            fresh: list[object] = []
            for one in waiting:
                if type(one) in _ATOMS or isinstance(one, type) or id(one) in self._outside:
                    continue
                if self._own(name, one):
                    fresh.append(one)
            waiting = self._inside(name, fresh)

    def _own(self, name: str, one: object) -> bool:
        """Take note that a variable has an object; false where that joins it to another's."""
        known = self._owners.setdefault(id(one), name)
        if known is name:
            return True
        self._parents[self._root(known)] = self._root(name)
        return False

    def _inside(self, name: str, fresh: list[object]) -> list[object]:
        plain: list[object] = []
        found: list[object] = []
        for one in fresh:
            special = self._special(one)
            if special is None:
                plain.append(one)
            else:
                found += special
        found += gc.get_referents(*plain)
        # What this variable was seen to hold already leads nowhere new.
        return [one for one in found if self._owners.get(id(one)) is not name]

    def _special(self, one: Any) -> list[object] | None:
        """Return what is in an object where the garbage collector does not tell what is saved."""
        if isinstance(one, types.FunctionType):
            if one.__globals__ is not self._namespace:
                return []
            return [one.__closure__, one.__defaults__, one.__kwdefaults__, one.__dict__]
        if isinstance(one, _CLOSED) or arrow.is_data(one):
            return []
        if is_numpy(one, "ndarray"):
            base = [] if is_array(one) else [one.__dict__]
            return [*one.ravel().tolist(), *base] if one.dtype == object else [*base]
        if is_pandas(one, *_PANDAS):
            return [values for values in pandas_arrays(one) if values.dtype == object]
        return None

    def _root(self, name: str) -> str:
        while self._parents[name] != name:
            name = self._parents[name]
        return name


def pandas_arrays(value: Any) -> list[Any]:
    """Return the numpy arrays in which an object of pandas' keeps its data."""
    if is_pandas(value, "DataFrame", "Series"):
        return list(itertools.chain.from_iterable(map(_column_arrays, value._mgr.arrays)))
    if is_pandas(value, "MultiIndex"):
        return list(itertools.chain.from_iterable(map(_column_arrays, value._codes)))
    if is_pandas(value, "RangeIndex"):
        return []
    return _column_arrays(getattr(value, "_data", value) if is_pandas(value, "Index") else value)


def _column_arrays(column: Any) -> list[Any]:
    kind = numpy().ndarray
    if isinstance(column, kind):
        return [column]
    found: list[Any] = []
    for attribute in ("_ndarray", "_data", "_mask", "_left", "_right", "_sparse_values"):
        part = getattr(column, attribute, None)
        if isinstance(part, kind):
            found.append(part)
        elif part is not None and part is not column and is_pandas(part, *_PANDAS):
            found += pandas_arrays(part)
    return found
