"""A server over HTTP that notes every request whole: `noting_http.py MODE NOTES`; prints its port.

In the mode `stateless` it speaks the revision 2026-07-28 and refuses the first request's version;
in `resumed` one with sessions, in which a call's stream breaks off and is to be taken up again. Its
own address is the target of a `$ref` that nobody should follow.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MODE, NOTES = sys.argv[1], Path(sys.argv[2])
NEW = "2026-07-28"
PAUSE = 600
"""Milliseconds before a stream may be taken up again."""


def marked(kind: str, header: object) -> dict[str, Any]:
    return {"type": kind, "x-mcp-header": header}


def tool(name: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, **more}
    return {"name": name, "description": "", "inputSchema": schema}


def tools(address: str) -> list[dict[str, Any]]:
    texts = ("plain", "inner", "empty", "edges", "foreign", "lines")
    headers = {name: marked("string", name.capitalize()) for name in texts}
    headers |= {"method": marked("string", "Method"), "unmarked": {"type": "string"}}
    headers |= {"count": marked("integer", "Count"), "is_on": marked("boolean", "On")}
    return [
        tool("mirrors", headers),
        tool("bad_empty", {"a": marked("string", "")}),
        tool("bad_object", {"a": marked("object", "A")}),
        tool("bad_array", {"a": marked("array", "A")}),
        tool("bad_twice", {"a": marked("string", "Same"), "b": marked("string", "same")}),
        tool("bad_space", {"a": marked("string", "a b")}),
        tool("bad_colon", {"a": marked("string", "a:b")}),
        tool("bad_foreign", {"a": marked("string", "é")}),
        tool("bad_control", {"a": marked("string", "a\n")}),
        tool("asks", {}),
        tool("asks_without_state", {}),
        tool("no_result_type", {}),
        tool("elsewhere", {"a": {"$ref": address + "/schema.json"}}),
        {"name": "dialect", "description": "", "inputSchema": DIALECT},
    ]


DIALECT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"zip": {"$anchor": "zip", "type": "string", "pattern": "^[0-9]{5}$"}},
    "properties": {
        "zip": {"$ref": "#/$defs/zip"},
        "way": {"enum": ["post", None], "default": None},
    },
    "allOf": [{"anyOf": [{"required": ["zip"]}, {"required": ["way"]}]}],
    "if": {"properties": {"way": {"const": "post"}}, "required": ["way"]},
    "then": {"required": ["zip"]},
    "else": {},
    "additionalProperties": False,
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests = 0

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        note({"http": "POST", "headers": headers, "message": message})
        if MODE == "resumed":
            self.with_sessions(message)
            return
        Handler.requests += 1
        if Handler.requests == 1:
            data = {"supported": [NEW], "requested": headers.get("mcp-protocol-version", "")}
            error = {"code": -32022, "message": "Unsupported protocol version", "data": data}
            self.answer(message["id"], 400, error=error)
        elif "id" not in message:
            self.send(202, b"")
        else:
            self.answer(message["id"], result=self.stateless(message))

    def do_GET(self) -> None:
        resumed = self.headers.get("last-event-id")
        note({"http": "GET", "path": self.path, "from": resumed, "at": time.monotonic()})
        if MODE == "resumed" and resumed:
            text = {"content": [{"type": "text", "text": "taken up again"}]}
            number = int(resumed.split("-")[1])
            self.stream({"jsonrpc": "2.0", "id": number, "result": text})
        else:
            self.send(405, b"")

    def do_DELETE(self) -> None:
        self.send(200, b"")

    def stateless(self, message: dict[str, Any]) -> dict[str, Any]:
        params = message.get("params", {})
        cached = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
        match message["method"]:
            case "server/discover":
                about = {"name": "noting", "version": "1"}
                capabilities: dict[str, Any] = {"tools": {}, "resources": {}, "prompts": {}}
                return cached | {
                    "supportedVersions": [NEW],
                    "capabilities": capabilities,
                    "serverInfo": about,
                }
            case "tools/list":
                return cached | {"tools": tools(self.address)}
            case "resources/list":
                return cached | {"resources": [{"uri": "file:///a%20b?c=d", "name": "a b"}]}
            case "resources/templates/list":
                return cached | {"resourceTemplates": []}
            case "resources/read":
                return cached | {"contents": [{"uri": params["uri"], "text": "a note"}]}
            case "prompts/list":
                return cached | {"prompts": [{"name": "review"}]}
            case "prompts/get":
                said = {"role": "user", "content": {"type": "text", "text": "Review it"}}
                return {"resultType": "complete", "messages": [said]}
            case _:
                return called(params)

    server: ThreadingHTTPServer  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def with_sessions(self, message: dict[str, Any]) -> None:
        match message["method"]:
            case "initialize":
                about = {"name": "noting", "version": "1"}
                result: dict[str, Any] = {
                    "protocolVersion": "2025-11-25",
                    "capabilities": {"tools": {}},
                    "serverInfo": about,
                }
                self.answer(message["id"], result=result)
            case "tools/list":
                self.answer(message["id"], result={"tools": [tool("slow", {})]})
            case "tools/call":
                # An event without a message, from which to go on, and the end of the stream.
                note({"http": "end", "at": time.monotonic()})
                self.stream(None, f"call-{message['id']}")
            case _ if "id" not in message:
                self.send(202, b"")
            case _:
                error = {"code": -32601, "message": "unknown method"}
                self.answer(message["id"], 404 if MODE == "stateless" else 200, error=error)

    def stream(self, message: dict[str, Any] | None, name: str = "") -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Mcp-Session-Id", "s1")
        self.send_header("Connection", "close")
        self.end_headers()
        data = json.dumps(message) if message else ""
        first = f"id: {name}\nretry: {PAUSE}\n" if name else "event: message\n"
        self.wfile.write(f"{first}data: {data}\n\n".encode())

    def answer(self, number: object, status: int = 200, **outcome: Any) -> None:
        message = {"jsonrpc": "2.0", "id": number, **outcome}
        self.send(status, json.dumps(message).encode())

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if MODE == "resumed":
            self.send_header("Mcp-Session-Id", "s1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def called(params: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"content": [{"type": "text", "text": "done"}]}
    name = params["name"]
    if name == "no_result_type":
        return done
    if name.startswith("asks") and "inputResponses" not in params:
        wanted = {"type": "object", "properties": {"sure": {"type": "boolean"}}}
        asked = {"message": "Are you sure?", "requestedSchema": wanted, "mode": "form"}
        requests = {"confirm": {"method": "elicitation/create", "params": asked}}
        state = {"requestState": '{"nonce": "é 1"}'} if name == "asks" else {}
        return {"resultType": "input_required", "inputRequests": requests, **state}
    return {"resultType": "complete", **done}


def note(what: dict[str, Any]) -> None:
    with NOTES.open("a", encoding="utf-8") as notes:
        notes.write(json.dumps(what) + "\n")


with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
