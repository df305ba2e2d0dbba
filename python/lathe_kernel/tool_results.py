"""What a tool returned, as Python values: data where it is data, else text; files as artifacts."""

import json
import mimetypes
import os
from collections.abc import Sequence
from typing import Any, cast

from lathe_kernel.artifacts import Artifacts, slug
from lathe_kernel.channel import Reply
from lathe_kernel.errors import ToolError
from lathe_signatures.page import cut, words
from lathe_signatures.tool import ToolFunction

# Of a server's words about a failure.
_REASON = 2_000
_NOTHING: Any = object()


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

    def __reduce__(self) -> Any:
        """Keep the name and the kind beside the bytes."""
        return Blob, (bytes(self), self.mime, self.name)


class Link(str):
    """The address of something that a tool refers to; `mime` and `label` as the server says."""

    mime: str
    label: str

    __slots__ = ("mime", "label")


def value(tool: ToolFunction, reply: Reply, artifacts: Artifacts) -> Any:
    """Return a reply's value: structured content before anything else.

    Without it a single text that is a JSON object or list is that, other texts are text, and
    several parts are a list. Files among the parts become artifacts in any case.

    Raises:
        ToolError: the server says that the call failed.
    """
    contents = [_read(one) for one in reply.descriptors]
    parts = cast("list[dict[str, Any]]", reply.value.get("content") or [])
    values = [_part(tool, part, contents, artifacts) for part in parts]
    if reply.value.get("is_error"):
        said = "\n".join(str(one) for one in values if isinstance(one, str))
        name = f"{tool.definition.server}.{tool.definition.name}"
        raise ToolError(name, cut(words(said), _REASON) or "it failed, and says nothing of why")
    structured = _structured(reply.value.get("structured"), contents)
    if structured is not _NOTHING:
        return tool.unwrapped(structured)
    if len(values) != 1:
        return values or None
    return _data(values[0]) if type(values[0]) is str else values[0]


def _part(
    tool: ToolFunction, part: dict[str, Any], contents: Sequence[bytes], artifacts: Artifacts
) -> Any:
    content = contents[int(part["descriptor"])] if "descriptor" in part else None
    match part.get("type"):
        case "text":
            return part["text"] if content is None else content.decode("utf-8", "replace")
        case "link":
            link = Link(part["uri"])
            link.mime, link.label = str(part.get("mime") or ""), str(part.get("title") or "")
            return link
        case _:
            mime = str(part.get("mime") or "application/octet-stream")
            stem = slug(str(part.get("name") or f"{tool.definition.server}-{tool.name}"))
            name = (stem or "file") + (mimetypes.guess_extension(mime) or ".bin")
            return Blob(content or b"", mime, artifacts.send(name, mime, content or b""))


def _structured(part: Any, contents: Sequence[bytes]) -> Any:
    if part is None:
        return _NOTHING
    return json.loads(contents[int(part["descriptor"])]) if "descriptor" in part else part["value"]


def _data(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
