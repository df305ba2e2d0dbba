"""How the MCP SDK is imported: its models are built when each is first used.

It has hundreds, of which a host or a file of tools uses a dozen. The host, which is no server, does
without the SDK's servers too; its client imports them for those in the same process.
"""

import gc
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


@contextmanager
def importing(*, without: str | None = None) -> Generator[None]:
    """Let pydantic put off what classes that are defined meanwhile need, and look for no garbage.

    In place of the package `without` there is, from then on, something of which nothing is an
    instance: only for a process that runs nobody else's code.

    Raises:
        ImportError: pydantic is not there.
    """
    from pydantic import BaseModel

    absent = _Absent(without)
    sys.meta_path.insert(0, absent)
    gc.disable()
    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
        # What was imported stays.
        gc.freeze()
        gc.enable()
        sys.meta_path.remove(absent)


class _StandIn(ModuleType):
    """A module each of whose names is a class of which nothing is an instance."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class _Absent(MetaPathFinder, Loader):
    """Finds stand-ins for a package and all in it."""

    def __init__(self, package: str | None) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find what is of the package, and nothing else."""
        if self._package is None or not f"{fullname}.".startswith(f"{self._package}."):
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make a stand-in."""
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave it as it is."""
