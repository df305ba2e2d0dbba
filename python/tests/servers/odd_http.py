"""A server over HTTP that misbehaves on purpose: `odd_http.py HOW`; prints its port."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOW = sys.argv[1]


class Handler(BaseHTTPRequestHandler):
    """Speaks a revision with sessions, until a tool is called."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        number = message.get("id")
        match message["method"]:
            case "initialize":
                result: dict[str, Any] = {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "odd", "version": "1"},
                }
                self.answer({"jsonrpc": "2.0", "id": number, "result": result})
            case "tools/list":
                tool = {"name": "do", "inputSchema": {"type": "object"}}
                self.answer({"jsonrpc": "2.0", "id": number, "result": {"tools": [tool]}})
            case "tools/call":
                self.misbehave(number)
            case _ if number is None:
                self.send(202, b"")
            case _:
                error = {"code": -32601, "message": "unknown method"}
                self.answer({"jsonrpc": "2.0", "id": number, "error": error})

    def do_GET(self) -> None:
        self.send(405, b"")

    def do_DELETE(self) -> None:
        self.send(405, b"")

    def misbehave(self, number: int) -> None:
        match HOW:
            case "floods":
                text = "x" * (33 << 20)
                content = [{"type": "text", "text": text}]
                self.answer({"jsonrpc": "2.0", "id": number, "result": {"content": content}})
            case "garbage":
                self.send(200, b'{"jsonrpc": "2.0", oops')
            case "redirects":
                self.send_response(307)
                self.send_header("Location", "http://other.invalid/mcp")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "breaks":
                self.send(500, b"a stack trace")
            case "forgets":
                self.send(404, b"")
            case _:
                self.close_connection = True

    def answer(self, message: dict[str, Any]) -> None:
        self.send(200, json.dumps(message).encode(), ("Mcp-Session-Id", "s1"))

    def send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
