"""An MCP server that has whatever tools a file says: `definition_server.py FILE LOG`.

The file is JSON: `{"tools": […], "answers": {NAME: RESULT}}`. A call gets its tool's answer, or a
word, and adds a line to the log: `{"tool", "arguments"}`. It imports little, so that hundreds of it
can be started, and speaks a revision of the protocol that every client here knows.
"""

import json
import sys
from pathlib import Path
from typing import Any

_REVISION = "2025-06-18"


def main(arguments: list[str]) -> None:
    """Answer until the input ends."""
    file, log = Path(arguments[0]), Path(arguments[1])
    served: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    with log.open("a", encoding="utf-8", buffering=1) as calls:
        for line in sys.stdin:
            message = json.loads(line)
            if "id" not in message or "method" not in message:
                continue
            if message["method"] == "tools/call":
                params = message["params"]
                given: dict[str, Any] = params.get("arguments") or {}
                called = {"tool": params["name"], "arguments": given}
                calls.write(json.dumps(called) + "\n")
            print(json.dumps(_answer(message, served, file.stem)), flush=True)


def _answer(message: dict[str, Any], served: dict[str, Any], name: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
    match message["method"]:
        case "initialize":
            answer["result"] = {
                "protocolVersion": _REVISION,
                "capabilities": {"tools": {}},
                "serverInfo": {"name": name, "version": "1"},
            }
        case "tools/list":
            answer["result"] = {"tools": served["tools"]}
        case "tools/call":
            done = {"content": [{"type": "text", "text": "done"}]}
            answer["result"] = served["answers"].get(message["params"]["name"], done)
        case "ping":
            answer["result"] = {}
        case _:
            answer["error"] = {"code": -32601, "message": "unknown method"}
    return answer


if __name__ == "__main__":
    main(sys.argv[1:])
