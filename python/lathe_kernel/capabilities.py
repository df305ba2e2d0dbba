"""`from lathe.capabilities import NAME`: saved functions as ordinary imports."""

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError
from lathe_library import folder
from lathe_library.facts import Kind, Refusal

_PREFIX = "lathe.capabilities."
_MAXIMUM_FOUND = 5
_FUNCTIONS = ("functions", "proposed/functions")
_AGENTS = ("agents", "proposed/agents")


class Found(str):
    """What a search found; shown as it reads, without quotes and escapes."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the lines."""
        return str(self)


class Library:
    """The library of capabilities as a kernel sees it: a read-only folder."""

    def __init__(self, root: Path, channel: Channel) -> None:
        """Read from `root`; report what is used on the channel."""
        self.root = root
        self._channel = channel
        self._reported: set[tuple[str, str]] = set()

    def names(self) -> list[str]:
        """Return the names of the functions that can be imported."""
        try:
            entries = folder.index(self.root)
        except Refusal:
            return []
        return sorted({e["name"] for e in entries if e["kind"] == "function" and e["signature"]})

    def has_function(self, name: str) -> bool:
        """Tell whether there is a file for a function."""
        return any((self.root / one / f"{name}.py").is_file() for one in _FUNCTIONS)

    def agent(self, name: str) -> types.ModuleType:
        """Import an agent's module, for its `prepare` and `check`.

        Raises:
            LatheError: there is none, or it cannot be used.
        """
        module = types.ModuleType(f"lathe.agents.{name}")
        self.execute("agent", name, module)
        return module

    def execute(self, kind: Kind, name: str, module: types.ModuleType) -> None:
        """Run a capability's source in `module` and report its use, once per kernel.

        Raises:
            LatheError: there is none of that name, or it cannot be used.
        """
        try:
            record = folder.record(self.root, kind, name)
        except Refusal as refusal:
            raise LatheError("library", str(refusal)) from None
        if record.facts is None:
            problems = "; ".join(record.entry["problems"])
            raise LatheError("library", f"{kind} `{name}` cannot be used: {problems}")
        path = str(self.root / record.entry["path"])
        module.__file__ = path
        module.__doc__ = record.facts.docstring
        exec(compile(record.source, path, "exec"), module.__dict__)
        self._report(kind, name, record.entry["sha256"])

    def found(self, query: str, limit: int) -> Found:
        """Ask lathe what fits a query: a line of signature and a sentence each, at most five."""
        arguments = {"query": str(query), "limit": max(1, min(int(limit), _MAXIMUM_FOUND))}
        reply = self._channel.call("find", arguments)
        close(reply.descriptors)
        return Found(reply.value["text"])

    def _report(self, kind: str, name: str, sha256: str) -> None:
        if (kind, name) in self._reported:
            return
        arguments = {"kind": kind, "name": name, "sha256": sha256}
        self._reported.add((kind, name))
        # A report that cannot be made must not break what it reports.
        with contextlib.suppress(LatheError):
            close(self._channel.call("capability_used", arguments).descriptors)


class Capabilities(types.ModuleType):
    """The functions of the library: `from lathe.capabilities import NAME`, or as attributes."""

    def __init__(self, library: Library) -> None:
        """Offer the functions of one library."""
        super().__init__("lathe.capabilities", type(self).__doc__)
        self.__path__ = []
        self._library = library

    def __getattr__(self, name: str) -> Any:
        """Import a function on first use."""
        if name.startswith("_"):
            raise AttributeError(name)
        if not self._library.has_function(name):
            raise AttributeError(_unknown(name, self._library))
        importlib.import_module(_PREFIX + name)
        return self.__dict__[name]

    def __setattr__(self, name: str, value: object) -> None:
        """Keep the function, not its module: importing a submodule sets it here."""
        if isinstance(value, types.ModuleType) and value.__name__ == _PREFIX + name:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        """List the names that can be imported."""
        return self._library.names()

    def __repr__(self) -> str:
        """Show the first names."""
        names = self._library.names()
        more = f", … {len(names) - 20} more" if len(names) > 20 else ""
        return f"<lathe.capabilities: {', '.join(names[:20])}{more}>"

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
            ImportError: the library has no function of this name.
        """
        name = fullname.removeprefix(_PREFIX)
        if name == fullname or "." in name:
            return None
        if not self._library.has_function(name):
            raise ImportError(_unknown(name, self._library), name=fullname)
        return importlib.machinery.ModuleSpec(fullname, self, origin=f"library:{name}")

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the capability's source."""
        try:
            self._library.execute("function", module.__name__.removeprefix(_PREFIX), module)
        except LatheError as error:
            raise ImportError(error.reason) from None


def _unknown(name: str, library: Library) -> str:
    if any((library.root / one / f"{name}.py").is_file() for one in _AGENTS):
        return f'{name} is an agent: use it by its name, lathe.delegate("{name}", task, data=…).'
    known = ", ".join(library.names()[:20]) or "none yet"
    return f"no capability is named {name!r:.80}; there are: {known}. `lathe.find(…)` searches."
