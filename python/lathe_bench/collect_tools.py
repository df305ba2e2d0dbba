"""Ask MCP servers that others wrote what tools they have, once, and keep the answers as data.

`python -m lathe_bench.collect_tools FOLDER [--upgrade]`, with FOLDER for what is installed and an
installer `uv` on PATH. Needs the network to install; the servers themselves run without one, in an
empty home, and are asked for their list alone. Kept are servers under a permissive licence.
Exit status: 0 all of tool_servers.json answered, 1 some did not, and which.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

_HERE = Path(__file__).parent
WANTED = _HERE / "tool_servers.json"
SERVERS = _HERE / "collected_servers.jsonl"
TOOLS = _HERE / "collected_tools.jsonl"
_SECONDS = 120
_PERMISSIVE = re.compile(r"\b(MIT|Apache|BSD|ISC)\b", re.IGNORECASE)
_METADATA = """
import json, sys
from importlib.metadata import distribution
found = distribution(sys.argv[1])
about = found.metadata
texts = [each for each in found.files or () if "LICEN" in each.name.upper()]
licences = [about["License-Expression"], about["License"], *about.get_all("Classifier", [])]
licences += [each.read_text()[:200] for each in texts]
print(json.dumps([about["Version"], [each for each in licences if each]]))
"""


class CollectError(Exception):
    """A server cannot be installed, started or understood; the text says which and why."""


@dataclass(frozen=True)
class Server:
    """A server of a package."""

    name: str
    package: str
    run: list[str]
    env: dict[str, str]
    more: list[str]
    """What its package needs and does not say, such as an older SDK."""
    version: str | None


@dataclass(frozen=True)
class Answer:
    """What a server said, and under which licence its package is."""

    version: str
    licence: str
    tools: list[dict[str, Any]]


def main(arguments: list[str]) -> int:
    """Ask all servers; the versions that are kept already, or the newest."""
    folder = Path(arguments[0]).resolve()
    kept = {} if "--upgrade" in arguments else _versions()
    servers: list[str] = []
    tools: list[str] = []
    problems = 0
    for server in _wanted(kept):
        try:
            answer = _asked(server, folder / server.name)
        except (CollectError, subprocess.SubprocessError, OSError) as error:
            print(f"collect-tools: {server.package}: {error}", file=sys.stderr)
            problems += 1
            continue
        print(f"collect-tools: {server.package} {answer.version}: {len(answer.tools)} tools")
        about = {"server": server.name, "package": server.package, "version": answer.version}
        servers.append(_line(about | {"licence": answer.licence, "tools": len(answer.tools)}))
        tools += [_line({"server": server.name, "tool": tool}) for tool in answer.tools]
    SERVERS.write_text("".join(servers), encoding="utf-8")
    TOOLS.write_text("".join(tools), encoding="utf-8")
    print(f"collect-tools: {len(servers)} servers, {len(tools)} tools")
    return 1 if problems else 0


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _versions() -> dict[str, str]:
    if not SERVERS.exists():
        return {}
    lines = [json.loads(line) for line in SERVERS.read_text(encoding="utf-8").splitlines()]
    return {line["package"]: line["version"] for line in lines}


def _wanted(versions: dict[str, str]) -> Iterator[Server]:
    for each in cast("list[dict[str, Any]]", json.loads(WANTED.read_text(encoding="utf-8"))):
        package = str(each["package"])
        env, more = each.get("env", {}), each.get("with", [])
        yield Server(each["name"], package, each["run"], env, more, versions.get(package))


def _asked(server: Server, venv: Path) -> Answer:
    pinned = server.package + (f"=={server.version}" if server.version else "")
    _run("uv", "venv", "--quiet", "--clear", "--python", "/usr/bin/python3", str(venv))
    python = str(venv / "bin" / "python")
    _run("uv", "pip", "install", "--quiet", "--python", python, pinned, *server.more)
    version, licences = json.loads(_run(python, "-I", "-c", _METADATA, server.package))
    found = [match[0] for each in licences if (match := _PERMISSIVE.search(each))]
    if not found:
        raise CollectError(f"no permissive licence is stated: {[each[:60] for each in licences]}")
    return Answer(version, found[0], _listed(server, venv))


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise CollectError(done.stderr.strip()[-400:])
    return done.stdout


def _confined(server: Server, venv: Path) -> list[str]:
    """Return the command of a server without network, in a home that is empty and goes."""
    environment = {"PATH": f"{venv}/bin:/usr/bin:/bin", "HOME": "/home/user", "LANG": "C.UTF-8"}
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    for name, value in (environment | server.env).items():
        words += ["--setenv", name, value]
    words += ["--ro-bind", "/usr", "/usr", "--ro-bind", "/etc/ssl", "/etc/ssl"]
    for link in ("bin", "lib", "lib64", "sbin"):
        words += ["--symlink", f"usr/{link}", f"/{link}"]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/home/user"]
    words += ["--ro-bind", str(venv), str(venv), "--chdir", "/home/user"]
    return [*words, str(venv / "bin" / server.run[0]), *server.run[1:]]


def _listed(server: Server, venv: Path) -> list[dict[str, Any]]:
    with (venv / "log").open("wb") as log:
        process = subprocess.Popen(
            _confined(server, venv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
        late = threading.Timer(_SECONDS, process.kill)
        late.start()
        try:
            return _tools(process)
        except (CollectError, OSError, ValueError) as error:
            last = (venv / "log").read_text(encoding="utf-8", errors="replace").strip()[-400:]
            raise CollectError(f"{error}; it said last: {last}") from None
        finally:
            late.cancel()
            process.kill()
            process.wait()


def _tools(process: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
    about = {"name": "lathe-bench", "version": "1"}
    opening = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": about}
    _exchange(process, 0, "initialize", opening)
    _send(process, {"method": "notifications/initialized"})
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    for page in range(1, 100):
        params = {"cursor": cursor} if cursor else {}
        result = _exchange(process, page, "tools/list", params)
        found += cast("list[dict[str, Any]]", result["tools"])
        cursor = result.get("nextCursor")
        if not cursor:
            return found
    raise CollectError("its list has no end")


def _send(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    if process.stdin is not None:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        process.stdin.flush()


def _exchange(
    process: subprocess.Popen[bytes], number: int, method: str, params: dict[str, Any]
) -> dict[str, Any]:
    """Send a request and return its result; what comes between is left out."""
    _send(process, {"id": number, "method": method, "params": params})
    while process.stdout is not None and (line := process.stdout.readline()):
        if not line.startswith(b"{"):
            continue
        message = cast("dict[str, Any]", json.loads(line))
        if message.get("id") == number:
            if "result" not in message:
                raise CollectError(f"{method}: {message.get('error')}")
            return cast("dict[str, Any]", message["result"])
    raise CollectError(f"{method}: it ended, or took longer than {_SECONDS} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
