"""`from lathe.capabilities import NAME`: saved functions as ordinary imports."""

import importlib
import importlib.abc
import importlib.machinery
import linecache
import re
import sys
import types
from collections.abc import Sequence
from typing import Any

from lathe_kernel import uses
from lathe_kernel.capability_page import bound_page
from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError
from lathe_library.facts import Kind

_PREFIX = "lathe.capabilities."
_MAXIMUM_FOUND = 5
_NAME = re.compile("[a-z][a-z0-9_]{1,63}")


class Found(str):
    """What a search found; shown as it reads, without quotes and escapes."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the lines."""
        return str(self)


class Library:
    """The library of capabilities as a kernel sees it: what lathe gives it when it asks."""

    def __init__(self, channel: Channel) -> None:
        """Ask on the channel."""
        self._channel = channel

    def given(self, kind: Kind, name: str) -> dict[str, Any]:
        """Return a capability's source, path and what lathe says of it.

        Raises:
            LatheError: there is none of that name, or this session may not use it.
        """
        reply = self._channel.call("capability", {"kind": kind, "name": name})
        close(reply.descriptors)
        return reply.value

    def agent(self, name: str) -> types.ModuleType:
        """Import an agent's module, for its `prepare` and `check`.

        Raises:
            LatheError: there is none, or it cannot be used.
        """
        module = types.ModuleType(f"lathe.agents.{name}")
        execute(self.given("agent", name), module)
        return module

    def found(self, query: str, limit: int, own: str = "") -> Found:
        """Ask lathe what fits a query: a line of signature and a sentence each, at most five.

        `own` is told behind it: what needs no library.
        """
        arguments = {"query": str(query), "limit": max(1, min(int(limit), _MAXIMUM_FOUND))}
        reply = self._channel.call("find", arguments)
        close(reply.descriptors)
        return Found("\n".join(part for part in (reply.value["text"].rstrip("\n"), own) if part))


def execute(given: dict[str, Any], module: types.ModuleType) -> None:
    """Run a capability's source in `module`, so that its uses are counted.

    A saved memory takes its functions along whole, so that they are then what they are now.
    """
    path, source = f"library/{given['path']}", str(given["source"])
    module.__file__ = path
    # Tracebacks and `inspect` find the lines without a file.
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    exec(uses.compiled(source, path, given, module), module.__dict__)
    if module.__name__ in sys.modules:
        _cloudpickle().register_pickle_by_value(module)


def _cloudpickle() -> Any:
    return importlib.import_module("cloudpickle")


class Capabilities(types.ModuleType):
    """The functions of the library: `from lathe.capabilities import NAME`, or as attributes."""

    def __init__(self, library: Library) -> None:
        """Offer the functions of one library."""
        super().__init__("lathe.capabilities", type(self).__doc__)
        self.__path__ = []
        self._library = library

    def __getattr__(self, name: str) -> Any:
        """Import a function on first use."""
        # Libraries look for attributes of all modules: what cannot name a capability asks nobody.
        if not _NAME.fullmatch(name):
            raise AttributeError(name)
        try:
            importlib.import_module(_PREFIX + name)
        except ImportError as error:
            if error.name != _PREFIX + name:
                raise
            raise AttributeError(str(error)) from None
        return self.__dict__[name]

    def __setattr__(self, name: str, value: object) -> None:
        """Keep the function, not its module: importing a submodule sets it here."""
        if isinstance(value, types.ModuleType) and value.__name__ == _PREFIX + name:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        """List the names that were imported here; `lathe.find` shows what else there is."""
        return sorted(name for name in self.__dict__ if _PREFIX + name in sys.modules)

    def __repr__(self) -> str:
        """Show what was imported here."""
        names = ", ".join(dir(self)) or "none imported here"
        return f"<lathe.capabilities: {names}; lathe.find(…) shows what else there is>"

    def forget(self, name: str) -> None:
        """Import `name` anew the next time: its file has changed."""
        self.__dict__.pop(name, None)
        sys.modules.pop(_PREFIX + name, None)


class CapabilityFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `lathe.capabilities.NAME` in the library."""

    def __init__(self, library: Library) -> None:
        """Look in one library."""
        self._library = library

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a capability's module; None for a module of anyone else.

        Raises:
            ImportError: lathe gives no function of this name, for the reason that it says.
        """
        name = fullname.removeprefix(_PREFIX)
        if name == fullname or "." in name:
            return None
        try:
            given = self._library.given("function", name)
        except LatheError as error:
            raise ImportError(error.reason, name=fullname) from None
        return importlib.machinery.ModuleSpec(
            fullname, self, origin=f"library/{given['path']}", loader_state=given
        )

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the capability's source."""
        spec = module.__spec__
        assert spec is not None
        execute(spec.loader_state, module)
        name = module.__name__.removeprefix(_PREFIX)
        bound_page(module.__dict__.get(name), name)
