"""The data packages, imported on first use and handled as `Any`: none ships complete types."""

import importlib
import operator
import sys
from typing import Any


def numpy() -> Any:
    """Return the numpy module."""
    return importlib.import_module("numpy")


def pandas() -> Any:
    """Return the pandas module."""
    return importlib.import_module("pandas")


def pyarrow() -> Any:
    """Return the pyarrow module."""
    return importlib.import_module("pyarrow")


def polars() -> Any:
    """Return the polars module. Importing it starts threads: never in the template."""
    return importlib.import_module("polars")


def loaded(name: str) -> Any:
    """Return a module that the user's code has already imported, or None.

    Used where an object can only be of a package's type if that package is loaded.
    """
    return sys.modules.get(name)


def is_pandas(value: object, *kinds: str) -> bool:
    """Tell whether `value` is one of pandas' types named by `kinds`, without importing pandas."""
    module = loaded("pandas")
    return module is not None and any(
        isinstance(value, operator.attrgetter(kind)(module)) for kind in kinds
    )


def is_array(value: object) -> bool:
    """Tell whether `value` is a plain numpy array, of no derived type, without importing numpy."""
    module = loaded("numpy")
    return module is not None and type(value) is module.ndarray


def is_numpy(value: object, *kinds: str) -> bool:
    """Tell whether `value` is one of numpy's types named by `kinds`, without importing numpy."""
    module = loaded("numpy")
    return module is not None and any(isinstance(value, getattr(module, kind)) for kind in kinds)
