"""A Markdown file with fields at its head, read with bounds and written so that YAML agrees."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import yaml

from lathe_library.refusals import Refusal

_MAXIMUM_HEAD = 16 * 1024
_MAXIMUM_NODES = 500
_MAXIMUM_DEPTH = 8
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,63}):[ \t]*(.*)\Z")

Fields = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """The fields and the text below them; `notes` say what was unusual."""

    fields: Fields
    body: str
    notes: tuple[str, ...] = ()


def read(text: str) -> Page:
    """Return the fields and the body of a page.

    Raises:
        Refusal: it has no fields, or they are too many, nested too deeply, or refer to each other.
    """
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    if lines[0].rstrip() != "---":
        raise Refusal("it does not begin with --- and fields.")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        raise Refusal("its fields have no end: a line of --- is missing.")
    head = "\n".join(lines[1:end])
    if len(head.encode("utf-8", "replace")) > _MAXIMUM_HEAD:
        raise Refusal(f"its fields are larger than {_MAXIMUM_HEAD // 1024} KiB.")
    body = "\n".join(lines[end + 1 :]).strip("\n")
    try:
        return Page(_yaml(head), body)
    except yaml.YAMLError:
        # Files of agents are often written with colons in unquoted descriptions.
        note = "its fields are no YAML and were read line by line"
        return Page(_by_lines(head), body, (note,))


def written(fields: Mapping[str, object], body: str) -> str:
    """Return a page; texts are in double quotes, with the escapes that JSON and YAML share."""
    lines: list[str] = []
    for name, value in fields.items():
        if isinstance(value, Mapping):
            lines.append(f"{name}:")
            nested = cast("Mapping[str, object]", value)
            lines += [f"  {key}: {_quoted(inner)}" for key, inner in nested.items()]
        else:
            lines.append(f"{name}: {_quoted(value)}")
    head = "\n".join(lines)
    return f"---\n{head}\n---\n\n{body.strip()}\n"


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)


def _yaml(head: str) -> Fields:
    # Its stubs leave half of its types open.
    parser: Any = yaml
    _bounded(parser.parse(head, Loader=yaml.SafeLoader))
    node: Any = parser.compose(head, Loader=yaml.SafeLoader)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise Refusal("its fields are no list of names and values.")
    keys = [str(key.value) for key, _ in cast("list[tuple[Any, Any]]", node.value)]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise Refusal(f"its field {twice[0]!r:.60} stands twice.")
    loaded: object = yaml.safe_load(head)
    return {str(key): value for key, value in cast("dict[object, Any]", loaded).items()}


def _bounded(events: Iterable[Any]) -> None:
    depth = 0
    for count, event in enumerate(events):
        if count > _MAXIMUM_NODES:
            raise Refusal(f"its fields hold more than {_MAXIMUM_NODES} values.")
        if getattr(event, "anchor", None) is not None:
            raise Refusal("its fields refer to each other (& and *), which is refused.")
        if getattr(event, "tag", None) is not None:
            raise Refusal("its fields name types (!), which is refused.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAXIMUM_DEPTH:
            raise Refusal(f"its fields are nested more than {_MAXIMUM_DEPTH} levels deep.")


def _by_lines(head: str) -> Fields:
    fields: Fields = {}
    last = ""
    for line in head.split("\n"):
        match = _LINE.match(line)
        if match:
            last = match[1]
            if last in fields:
                raise Refusal(f"its field {last!r:.60} stands twice.")
            fields[last] = match[2].strip()
        elif line.strip() and last:
            fields[last] = f"{fields[last]} {line.strip()}".strip()
        elif line.strip():
            raise Refusal("its fields are neither YAML nor lines of NAME: VALUE.")
    return fields
