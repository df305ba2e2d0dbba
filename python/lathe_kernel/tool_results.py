"""What a tool returned, as Python values: data where it is data, else text; files as artifacts."""

import base64
import json
import mimetypes
from typing import Any, cast

from lathe_kernel.artifacts import Artifacts, slug
from lathe_kernel.channel import Reply, close
from lathe_kernel.errors import ToolError
from lathe_signatures.page import cut, words
from lathe_signatures.tool import ToolFunction

# Of a server's words about a failure.
_REASON = 2_000
_OF_TEXT = ("text", "resource_link")


class Blob(bytes):
    """An image, a sound or a file that a tool returned: its bytes, and what they are."""

    mime: str
    name: str

    def __new__(cls, content: bytes, mime: str, name: str) -> "Blob":
        """Hold the bytes under the name of their artifact."""
        blob = super().__new__(cls, content)
        blob.mime, blob.name = mime, name
        return blob

    def __repr__(self) -> str:
        """Show what it is, not its bytes."""
        return f"Blob({self.mime}, {len(self):,} bytes, artifact {self.name})"

    def __str__(self) -> str:
        """Show the same: printing one must not print its bytes."""
        return repr(self)

    def __reduce__(self) -> Any:
        """Keep the name and the kind beside the bytes."""
        return Blob, (bytes(self), self.mime, self.name)


class Link(str):
    """The address of something that a tool refers to; `mime` and `label` as the server says."""

    mime: str
    label: str

    __slots__ = ("label", "mime")


def value(tool: ToolFunction, reply: Reply, artifacts: Artifacts) -> Any:
    """Return a reply's value: structured content before anything else.

    Without it a single text that is a JSON object or list is that, other texts are text, and
    several parts are a list. Files among the parts become artifacts in any case.

    Raises:
        ToolError: the server says that the call failed.
    """
    result = _result(reply)
    parts = cast("list[dict[str, Any]]", result.get("content") or [])
    if "structured" in result and not result.get("is_error"):
        # The texts beside it are the same once more; files are not.
        parts = [part for part in parts if part.get("type") not in _OF_TEXT]
    values = [_part(tool, part, artifacts) for part in parts]
    if result.get("is_error"):
        said = "\n".join(str(one) for one in values if isinstance(one, str))
        name = f"{tool.definition.server}.{tool.definition.name}"
        raise ToolError(name, cut(words(said), _REASON) or "it failed, and says nothing of why")
    if "structured" in result:
        return tool.unwrapped(result["structured"])
    if len(values) != 1:
        return values or None
    return _data(values[0]) if type(values[0]) is str else values[0]


def _result(reply: Reply) -> dict[str, Any]:
    """Return a result as the protocol writes it; a long one comes in a file."""
    if not reply.descriptors:
        return reply.value["result"]
    with open(reply.descriptors[0], "rb", closefd=True) as file:  # noqa: PTH123 - a descriptor
        close(reply.descriptors[1:])
        return json.load(file)


def _part(tool: ToolFunction, part: dict[str, Any], artifacts: Artifacts) -> Any:
    match part.get("type"):
        case "text":
            return str(part["text"])
        case "resource_link":
            link = Link(part["uri"])
            link.mime = str(part.get("mimeType") or "")
            link.label = str(part.get("title") or part.get("name") or "")
            return link
        case "resource":
            resource = part["resource"]
            if "text" in resource:
                return str(resource["text"])
            return _blob(tool, resource.get("blob"), resource.get("mimeType"), artifacts)
        case _:
            return _blob(tool, part.get("data"), part.get("mimeType"), artifacts)


def _blob(tool: ToolFunction, data: object, mime: object, artifacts: Artifacts) -> Blob:
    try:
        content = base64.b64decode("".join(str(data or "").split()), validate=True)
    except ValueError as error:
        name = f"{tool.definition.server}.{tool.definition.name}"
        raise ToolError(name, f"it answered with bytes that are no base64: {error}") from None
    kind = str(mime or "application/octet-stream")
    ending = mimetypes.guess_extension(kind) or ".bin"
    stem = slug(f"{tool.definition.server}-{tool.name}") or "file"
    return Blob(content, kind, artifacts.send(stem + ending, kind, content))


def _data(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
