"""A server of the older revisions that misbehaves on purpose: `faulty.py HOW`."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HOW = sys.argv[1]
calls = 0


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def tools(cursor: str | None) -> dict[str, Any]:
    def tool(name: str, description: str = "") -> dict[str, Any]:
        return {"name": name, "description": description, "inputSchema": {"type": "object"}}

    if HOW == "duplicate":
        return {
            "tools": [tool("do", "the first"), tool("do", "the second"), tool("a\nb"), tool("x")]
        }
    if HOW == "endless":
        return {"tools": [tool("do")], "nextCursor": "again"}
    if HOW == "pages":
        page = int(cursor or 0)
        more = {"nextCursor": str(page + 1)} if page < 4 else {}
        return {"tools": [tool(f"do{page}_{each}") for each in range(50)], **more}
    if HOW == "changes" and calls:
        return {"tools": [tool("do", "now something else"), tool("more")]}
    if HOW == "bad_schema":
        return {
            "tools": [
                {"name": "do", "inputSchema": {"type": "object", "properties": {"a": {"type": 5}}}}
            ]
        }
    return {"tools": [tool("do", "what it does")]}


def call(number: int) -> None:
    global calls
    calls += 1
    match HOW:
        case "exits":
            sys.stderr.write("about to go\n")
            sys.stderr.flush()
            os._exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hangs" | "deaf":
            return
        case "floods":
            for _ in range(48):
                sys.stdout.write("x" * (1 << 20))
            sys.stdout.flush()
        case "garbage":
            sys.stdout.write('{"jsonrpc": "2.0", "id": ' + str(number) + ', "result": {oops\n')
            sys.stdout.flush()
            return
        case "chatter":
            for each in range(5_000):
                message = {"level": "error", "data": f"line {each}"}
                say({"method": "notifications/message", "params": message})
        case "changes":
            say({"method": "notifications/tools/list_changed"})
        case "large":
            text = "é" * 1_000_000
            say({"id": number, "result": {"content": [{"type": "text", "text": text}]}})
            return
        case _:
            pass
    say({"id": number, "result": {"content": [{"type": "text", "text": f"done {os.getpid()}"}]}})


def main() -> None:
    if HOW == "fails":
        sys.stderr.write("no licence\n")
        sys.exit(7)
    if HOW == "banner":
        print("Welcome to my server!", flush=True)
    if HOW == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["/bin/sleep", "1000"], stdin=subprocess.DEVNULL)
        Path(sys.argv[2]).write_text(f"{os.getpid()} {child.pid}")
    for line in sys.stdin:
        message = json.loads(line)
        number = message.get("id")
        match message.get("method"):
            case "initialize":
                version = message["params"]["protocolVersion"]
                about = {"name": "faulty", "version": "1"}
                capabilities = {"tools": {"listChanged": True}}
                say(
                    {
                        "id": number,
                        "result": {
                            "protocolVersion": version,
                            "capabilities": capabilities,
                            "serverInfo": about,
                        },
                    }
                )
            case "tools/list":
                say({"id": number, "result": tools(message.get("params", {}).get("cursor"))})
            case "tools/call":
                call(number)
            case "notifications/cancelled":
                sys.stderr.write(f"cancelled {message['params']['requestId']}\n")
                sys.stderr.flush()
            case _:
                if number is not None:
                    say({"id": number, "error": {"code": -32601, "message": "unknown method"}})
    while HOW == "deaf":
        time.sleep(1000)


main()
