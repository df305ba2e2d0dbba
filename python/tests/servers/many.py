"""A server of an older revision with as many tools as it is told, one of which adds a contact.

`many.py COUNT`; it has two resources, a template of one, and a prompt too.
"""

import json
import sys
from typing import Any

COUNT = int(sys.argv[1])
VERBS = ["list", "get", "update", "delete", "archive", "restore", "copy", "move", "export"]
THINGS = ["invoice", "ticket", "branch", "mailbox", "dashboard", "pipeline", "vehicle", "recipe"]
CONTACT: dict[str, Any] = {
    "name": "create-contact",
    "description": "Add a person to the customer database. Names are not checked for duplicates.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "first and last name"},
            "email": {"type": "string", "format": "email"},
            "address": {
                "type": "object",
                "title": "Address",
                "properties": {"city": {"type": "string"}, "zip": {"type": "string"}},
                "required": ["city"],
            },
        },
        "required": ["name"],
    },
    "outputSchema": {"type": "object", "properties": {"id": {"type": "integer"}}},
    "annotations": {"readOnlyHint": False},
}


def made(number: int) -> dict[str, Any]:
    verb, thing = VERBS[number % len(VERBS)], THINGS[number // len(VERBS) % len(THINGS)]
    properties = {
        f"{thing}_{key}": {"type": "string", "description": f"The {key} of the {thing} to {verb}."}
        for key in ("id", "owner", "label", "since", "folder", "note")
    }
    return {
        "name": f"{verb}_{thing}_{number}",
        "description": f"{verb.capitalize()} a {thing} of group {number}. "
        + "It may take long. " * 8,
        "inputSchema": {"type": "object", "properties": properties, "required": [f"{thing}_id"]},
    }


def answer(method: str, params: dict[str, Any]) -> dict[str, Any] | None:
    match method:
        case "initialize":
            return {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}, "resources": {}, "prompts": {}},
                "serverInfo": {"name": "many", "version": "1"},
            }
        case "tools/list":
            start = int(params.get("cursor") or 0)
            page = [made(each) for each in range(start, min(start + 500, COUNT))]
            end = start + 500
            return {
                "tools": ([CONTACT] if start == 0 else []) + page,
                **({"nextCursor": str(end)} if end < COUNT else {}),
            }
        case "tools/call":
            return {"content": [], "structuredContent": {"id": 7}}
        case "resources/list":
            listed = [{"uri": "crm://contacts", "name": "contacts", "mimeType": "application/json"}]
            return {"resources": [*listed, {"uri": "crm://logo", "name": "logo\x1b[2J"}]}
        case "resources/templates/list":
            return {"resourceTemplates": [{"uriTemplate": "crm://contacts/{id}", "name": "one"}]}
        case "resources/read":
            return {"contents": [read(params["uri"])]}
        case "prompts/list":
            arguments = [{"name": "person", "required": True}, {"name": "tone"}]
            return {
                "prompts": [{"name": "greet", "description": "A letter.", "arguments": arguments}]
            }
        case "prompts/get":
            text = f"Write to {params['arguments']['person']}."
            return {"messages": [{"role": "user", "content": {"type": "text", "text": text}}]}
        case _:
            return None


def read(uri: str) -> dict[str, Any]:
    match uri:
        case "crm://contacts":
            return {"uri": uri, "mimeType": "application/json", "text": '[{"name": "Ada"}]'}
        case "crm://logo":
            return {"uri": uri, "mimeType": "image/png", "blob": "iVBORw0KGgo="}
        case _:
            return {"uri": uri, "text": f"read {uri}"}


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    result = answer(message["method"], message.get("params") or {})
    told = (
        {"result": result} if result else {"error": {"code": -32601, "message": "no such method"}}
    )
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **told}), flush=True)
