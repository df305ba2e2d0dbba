"""Changes a file of servers the way a person would: one member, the rest as it was."""

import json
import re
from typing import Any, cast


def edited(text: str, name: str, definition: dict[str, Any] | None) -> dict[str, Any]:
    """Return {"text"} with the server put in, or taken out where there is no definition.

    Order and indentation stay. lathe has read the text with its own strict reader before.
    """
    whole = cast("dict[str, Any]", json.loads(text)) if text.strip() else {}
    servers = cast("dict[str, Any]", whole.setdefault("mcpServers", {}))
    if definition is None:
        servers.pop(name, None)
    else:
        usual = {key: each for each, key in enumerate(("type", "command", "args", "url"))}
        ordered = sorted(definition.items(), key=lambda member: usual.get(member[0], len(usual)))
        servers[name] = dict(ordered)
    found = re.search(r"\n([ \t]+)\S", text)
    indent = found.group(1) if found else "  "
    return {"text": json.dumps(whole, indent=indent, ensure_ascii=False) + "\n"}
