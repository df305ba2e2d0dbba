"""`from lathe.tools.SERVER import NAME`: tools of servers as ordinary functions.

Nothing of a tool is here before its import: a function's signature and page are made of the
definition that lathe gives for it. Calls are host calls; lathe asks the user where that is due.
"""

import importlib
import importlib.abc
import importlib.machinery
import inspect
import re
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any

from lathe_kernel import tool_results
from lathe_kernel.artifacts import Artifacts
from lathe_kernel.background import Background, with_later
from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError
from lathe_kernel.plain import plain
from lathe_kernel.subtasks import Reader, Subtask
from lathe_signatures.objects import Objects
from lathe_signatures.page import page
from lathe_signatures.tool import Definition, ToolFunction

_PREFIX = "lathe.tools."
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_SHOWN = 20


class Tools(types.ModuleType):
    """The servers' tools: `from lathe.tools.SERVER import NAME`; `lathe.find` shows which."""

    def __init__(self, channel: Channel, artifacts: Artifacts, background: Background) -> None:
        """Ask on the channel."""
        super().__init__("lathe.tools", type(self).__doc__)
        self.__path__ = []
        self._channel = channel
        self._artifacts = artifacts
        self._background = background
        background.tools = self

    # A server may have any name that does not begin with two underscores.

    def __server__(self, name: str) -> "ServerTools":
        """Return the module of a server.

        Raises:
            LatheError: there is no such server, or it cannot be used; the reason says why.
        """
        reply = self._channel.call("tools", {"server": name})
        close(reply.descriptors)
        return ServerTools(self, name, str(reply.value["server"]), dict(reply.value["names"]))

    def __tool__(self, server: str, name: str) -> Any:
        """Return a tool's function.

        Raises:
            LatheError: the server has no such tool; the reason names those that are like it.
        """
        reply = self._channel.call("tool", {"server": server, "name": name})
        close(reply.descriptors)
        return self.__made__(reply.value)

    def __made__(self, definition: Mapping[str, Any]) -> Any:
        """Return the function of a definition that lathe gave."""
        return self._function(_tool(definition), dict(definition))

    def __getattr__(self, name: str) -> Any:
        """Import a server on first use."""
        # Libraries look for attributes of all modules: what cannot name a server asks nobody.
        if not _NAME.fullmatch(name) or name.startswith("_"):
            raise AttributeError(name)
        try:
            return importlib.import_module(_PREFIX + name)
        except ImportError as error:
            if error.name != _PREFIX + name:
                raise
            raise AttributeError(str(error)) from None

    def __dir__(self) -> list[str]:
        """List the servers whose tools may be used, without starting any."""
        try:
            reply = self._channel.call("tools", {})
        except LatheError:
            # Nothing asks for a list of names to be told a reason.
            return self._imported()
        close(reply.descriptors)
        return sorted({*reply.value["servers"], *self._imported()})

    def _imported(self) -> list[str]:
        return sorted(name.removeprefix(_PREFIX) for name in sys.modules if _is_server(name))

    def __repr__(self) -> str:
        """Show what was imported here."""
        names = ", ".join(self._imported()) or "none imported here"
        return f"<lathe.tools: {names}; lathe.find(…) shows what else there is>"

    def _function(self, tool: ToolFunction, definition: dict[str, Any]) -> Any:
        module = _PREFIX + definition["python_server"]

        def call(*positional: Any, **named: Any) -> Any:
            return self._called(tool, definition, tool.sent(positional, named, plain))

        def later(*positional: Any, **named: Any) -> Subtask:
            return self._begun(tool, definition, tool.sent(positional, named, plain))

        objects = Objects(tool.shapes, module)
        for name, record in objects.records.items():
            record.__qualname__ = f"{tool.name}.{name}"
            setattr(call, name, record)
        call.__name__ = call.__qualname__ = tool.name
        call.__module__, call.__doc__ = module, page(tool)
        hints = {one.name: objects.hint(one.field.form) for one in tool.parameters}
        call.__annotations__ = {**hints, "return": objects.hint(tool.returns)}
        marked: Any = call
        marked.__signature__ = _Signature(tool)
        marked.definition = definition
        return with_later(marked, later)

    def _called(self, tool: ToolFunction, definition: Any, arguments: dict[str, Any]) -> Any:
        request = _request(definition, arguments)
        return tool_results.value(tool, self._channel.call("tool_call", request), self._artifacts)

    def _begun(self, tool: ToolFunction, definition: Any, arguments: dict[str, Any]) -> Subtask:
        note = {"server": definition["python_server"], "name": definition["python_name"]}
        return self._background.begin(
            "tool_call",
            _request(definition, arguments),
            f"{definition['server']}/{definition['name']}",
            "tool",
            note=note,
            reader=lambda reply: tool_results.value(tool, reply, self._artifacts),
        )

    def __reader__(self, note: Mapping[str, Any]) -> Reader:
        """Return what reads the answers of a tool, by the names that it has in Python.

        Raises:
            LatheError: there is no such tool any more.
        """
        definition = self.__tool__(str(note.get("server")), str(note.get("name"))).definition
        tool = _tool(definition)
        return lambda reply: tool_results.value(tool, reply, self._artifacts)


class ServerTools(types.ModuleType):
    """The tools of one server, each a function once it is used."""

    __server__: str
    __own__: str
    __names__: dict[str, str]

    def __init__(self, tools: Tools, server: str, own: str, names: dict[str, str]) -> None:
        """Offer tools by their names in Python."""
        also = f"`lathe.resources({server!r})` lists what it has to read."
        super().__init__(_PREFIX + server, f"Tools of the server {own!r}. {also}")
        # With a path a name that is not there is looked for, and its reason told.
        self.__path__ = []
        # No tool has a name that begins with two underscores: none is hidden by these.
        self.__server__ = server
        self.__own__ = own
        self.__names__ = names
        self.__all__ = sorted(names)
        self.__tools__ = tools

    def __getattr__(self, name: str) -> Any:
        """Make a tool's function on first use."""
        if not _NAME.fullmatch(name) or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)
        try:
            function = self.__tools__.__tool__(self.__server__, name)
        except LatheError as error:
            raise AttributeError(error.reason) from None
        self.__dict__[name] = function
        return function

    def __dir__(self) -> list[str]:
        """List the tools."""
        return list(self.__all__)

    def __repr__(self) -> str:
        """Name the first tools."""
        more = f", … {len(self.__all__) - _SHOWN} more" if len(self.__all__) > _SHOWN else ""
        return f"<{self.__name__}: {', '.join(self.__all__[:_SHOWN])}{more}>"


class ToolFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `lathe.tools.SERVER`."""

    def __init__(self, tools: Tools) -> None:
        """Ask for servers through `tools`."""
        self._tools = tools

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a server's module; None for a module of anyone else.

        Raises:
            ImportError: lathe knows no such server, or it cannot be used, with the reason.
        """
        name, _, tool = fullname.removeprefix(_PREFIX).partition(".")
        if not fullname.startswith(_PREFIX):
            return None
        try:
            if not tool:
                server = self._tools.__server__(name)
                return importlib.machinery.ModuleSpec(fullname, self, loader_state=server)
            self._tools.__tool__(name, tool)
        except LatheError as error:
            raise ImportError(error.reason, name=fullname) from None
        mend = f"it is a function: `from {_PREFIX}{name} import {tool}`"
        raise ImportError(mend, name=fullname)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the server's module."""
        return spec.loader_state

    def exec_module(self, module: types.ModuleType) -> None:
        """Run nothing: a server's module has no code."""


class _Signature(inspect.Signature):
    """A signature that shows itself as `lathe.find` shows it, with short names of types."""

    def __init__(self, tool: ToolFunction) -> None:
        parameters = [
            inspect.Parameter(
                one.name,
                inspect.Parameter.KEYWORD_ONLY
                if one.keyword_only
                else inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if one.field.required else one.field.default,
            )
            for one in tool.parameters
        ]
        if tool.further is not None:
            parameters.append(inspect.Parameter(tool.rest, inspect.Parameter.VAR_KEYWORD))
        super().__init__(parameters)
        self._text = tool.signature.removeprefix(tool.name)

    def __str__(self) -> str:
        return self._text


def _tool(definition: Mapping[str, Any]) -> ToolFunction:
    read = Definition(
        definition["server"],
        definition["name"],
        definition.get("description") or "",
        definition.get("input") or {},
        definition.get("output"),
        definition.get("annotations") or {},
    )
    return ToolFunction(read, definition["python_name"])


def _request(definition: Mapping[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    return {"server": definition["server"], "name": definition["name"], "arguments": arguments}


def is_tool(value: object) -> bool:
    """Whether a value is a tool's function."""
    return isinstance(value, types.FunctionType) and isinstance(
        getattr(value, "__signature__", None), _Signature
    )


# A saved memory is brought back without asking lathe: a tool is then what it was.


def recalled_tool(definition: dict[str, Any]) -> Any:
    """Return the function of a definition that was saved."""
    return _tools().__made__(definition)


def recalled_server(server: str, names: dict[str, str], own: str = "") -> ServerTools:
    """Return the module of a server that was saved, the same for all who refer to it."""
    known = sys.modules.get(_PREFIX + server)
    if isinstance(known, ServerTools):
        return known
    # Memories of before resources could be read do not say what the server calls itself.
    module = ServerTools(_tools(), server, own or server, names)
    sys.modules[module.__name__] = module
    return module


def _tools() -> Tools:
    tools = sys.modules["lathe.tools"]
    assert isinstance(tools, Tools)
    return tools


def _is_server(name: str) -> bool:
    return name.startswith(_PREFIX) and isinstance(sys.modules[name], ServerTools)
