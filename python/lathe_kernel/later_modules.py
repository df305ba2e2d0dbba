"""Modules that are there by name from the beginning, and are imported when code first uses them."""

import importlib
import sys
import types
from typing import Any

_CONVENTIONAL = {"np": "numpy", "pd": "pandas"}


class LaterModule(types.ModuleType):
    """Stands for the module of its name until an attribute of it is asked for or set.

    From then on it has all of the module's attributes, and `namespace` has the module itself where
    it had this.
    """

    def __init__(self, name: str, namespace: dict[str, Any]) -> None:
        """Stand for the module `name` among the globals `namespace`."""
        super().__init__(name)
        object.__setattr__(self, "_namespace", namespace)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the module, which is imported now."""
        return getattr(self._loaded(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the module, which is imported now."""
        setattr(self._loaded(), name, value)
        super().__setattr__(name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as what imports the module: it alone is kept where it lies in data."""
        return importlib.import_module, (self.__name__,)

    def __dir__(self) -> list[str]:
        """Return the names in the module, which is imported now."""
        return dir(self._loaded())

    def _loaded(self) -> types.ModuleType:
        module = importlib.import_module(self.__name__)
        self.__dict__.update(module.__dict__)
        namespace: dict[str, Any] = self.__dict__["_namespace"]
        for bound in [name for name, value in namespace.items() if value is self]:
            namespace[bound] = module
        return module


def bind_conventional(namespace: dict[str, Any]) -> dict[str, Any]:
    """Bind `np` and `pd` to their modules, or to what stands for them; return the namespace."""
    for name, module in _CONVENTIONAL.items():
        namespace[name] = sys.modules.get(module) or LaterModule(module, namespace)
    return namespace
