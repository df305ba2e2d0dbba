"""`lathe.resources(SERVER)` and `lathe.resource(SERVER, URI)`: what servers have to read."""

import importlib
from typing import Any

from lathe_kernel import tool_results
from lathe_kernel.artifacts import Artifacts
from lathe_kernel.channel import Channel, close
from lathe_kernel.errors import LatheError
from lathe_kernel.tool_results import Link
from lathe_signatures.tool import Definition, ToolFunction

_PREFIX = "resource:"


def listed(channel: Channel, server: str) -> list[Link]:
    """Return the addresses of a server's resources, then those that have parts to fill in."""
    reply = channel.call("resources", {"server": server})
    close(reply.descriptors)
    links = [_link(one) for key in ("resources", "templates") for one in reply.value[key]]
    if reply.value["left_out"]:
        print(f"[{reply.value['left_out']} more resources of {server} are not listed]")
    return links


def read(channel: Channel, artifacts: Artifacts, server: str, uri: str) -> Any:
    """Read one resource: lathe decides about it as about the call of a tool."""
    try:
        module: Any = importlib.import_module(f"lathe.tools.{server}")
    except ImportError as error:
        raise LatheError("invalid_arguments", str(error)) from None
    name = _PREFIX + str(uri)
    tool = ToolFunction(Definition(module.__own__, name), "resource")
    request: dict[str, Any] = {"server": module.__own__, "name": name, "arguments": {}}
    return tool_results.value(tool, channel.call("tool_call", request), artifacts)


def _link(given: dict[str, Any]) -> Link:
    link = Link(given["uri"])
    link.mime, link.label = str(given["mime"]), str(given["name"])
    return link
