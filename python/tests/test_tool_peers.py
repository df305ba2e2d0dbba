"""The tool host and servers that others wrote: one for each transport and each era.

All of it runs in a network that has loopback and nothing else.
"""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from network import Network
from tool_host import MINIMUM, OLD_SERVERS, PYTHON, Refused, ToolHost

pytestmark = pytest.mark.slow

_OLD = {**MINIMUM, "PYTHONPATH": str(OLD_SERVERS)}
_SQLITE = (PYTHON, "-c", "from mcp_server_sqlite import main; main()", "--db-path")
_EXCEL_PORT, _PROXY_PORT = 8017, 8018
_TOKEN = "known-to-this-test-alone"


@contextmanager
def _serving(
    network: Network, port: int, log: Path, env: dict[str, str], *words: str
) -> Generator[subprocess.Popen[str]]:
    with log.open("a") as said:
        process = subprocess.Popen(
            [*network.words, PYTHON, *words], stdout=said, stderr=said, text=True, env=env
        )
    try:
        network.wait_for_port(port, process)
        yield process
    finally:
        process.kill()
        process.wait()


def _excel(folder: Path) -> tuple[str, ...]:
    """A server of the stateless revision at an address, which wants a token."""
    start = "from excel_mcp.cli import main; main()"
    more = ("--port", str(_EXCEL_PORT), "--allow-dir", str(folder))
    return ("-c", start, "streamable-http", *more)


def _proxy(database: Path) -> tuple[str, ...]:
    """A program that gives a server on pipes, of the revisions with sessions, an address."""
    start = "from mcp_proxy.__main__ import main; main()"
    options = ("--port", str(_PROXY_PORT), "--pass-environment", "--")
    return ("-c", start, *options, *_SQLITE, str(database))


def _define(host: ToolHost, name: str, port: int, **headers: str) -> None:
    url = f"http://127.0.0.1:{port}/mcp"
    host.ask("define", server=name, definition={"url": url, "headers": headers})


def _called(host: ToolHost, server: str, tool: str, **arguments: Any) -> dict[str, Any]:
    result = host.ask("call", server=server, tool=tool, arguments=arguments)
    assert not result["is_error"], result
    return result


def test_each_transport_in_each_era_against_a_server_of_others(tmp_path: Path) -> None:
    books = tmp_path / "books"
    books.mkdir()
    guarded = {**MINIMUM, "EXCEL_MCP_AUTH_TOKEN": _TOKEN}
    with (
        Network() as network,
        _serving(network, _EXCEL_PORT, tmp_path / "excel.log", guarded, *_excel(books)),
        _serving(
            network, _PROXY_PORT, tmp_path / "proxy.log", _OLD, *_proxy(tmp_path / "a.db")
        ) as proxy,
        ToolHost(tmp_path, within=network.words) as host,
    ):
        assert network.interfaces == {"lo"}
        host.define("time", PYTHON, "-m", "mcp_server_time")
        host.define("fetch", PYTHON, "-m", "mcp_server_fetch", "--ignore-robots-txt")
        host.define("sqlite", *_SQLITE, str(tmp_path / "b.db"), env=_OLD)
        _define(host, "excel", _EXCEL_PORT, Authorization=f"Bearer {_TOKEN}")
        _define(host, "stranger", _EXCEL_PORT)
        _define(host, "proxied", _PROXY_PORT)
        names = ("time", "sqlite", "excel", "proxied")
        asked = {name: host.send("list", server=name) for name in names}
        listed = {name: host.answer(number) for name, number in asked.items()}
        eras = {name: one["about"]["era"] for name, one in listed.items()}
        assert eras == dict.fromkeys(("time", "excel"), "stateless") | dict.fromkeys(
            ("sqlite", "proxied"), "session"
        )
        assert not any(one["problems"] for one in listed.values())

        _of_excel(host, books)
        _of_proxied(host)
        # There is no way out of this network, and the server says so in its own words.
        outside = host.ask(
            "call", server="fetch", tool="fetch", arguments={"url": "http://192.0.2.1/"}
        )
        assert outside["is_error"]
        assert "192.0.2.1" in outside["content"][0]["text"]

        proxy.kill()
        proxy.wait()
        with pytest.raises(Refused) as gone:
            host.ask("call", server="proxied", tool="list_tables", arguments={})
        assert gone.value.code in ("unreachable", "ended")
        # Another process knows nothing of the session: the next call begins a new one.
        again = _proxy(tmp_path / "a.db")
        with _serving(network, _PROXY_PORT, tmp_path / "proxy.log", _OLD, *again):
            assert "t" in _called(host, "proxied", "list_tables")["content"][0]["text"]
            host.ask("close")


def _of_excel(host: ToolHost, books: Path) -> None:
    with pytest.raises(Refused) as refused:
        host.ask("list", server="stranger")
    assert refused.value.code == "unauthorized"
    _called(host, "excel", "create_workbook", path="a.xlsx", sheets=["Sales"])
    rows = [["item", "amount"], ["tea", 3], ["salt", 4], ["all", "=SUM(B2:B3)"]]
    _called(host, "excel", "write_range", path="a.xlsx", sheet="Sales", at="A1", rows=rows)
    read = _called(host, "excel", "read_range", path="a.xlsx", sheet="Sales", range="A2:B4")
    assert read["structured"]["values"] == [["tea", 3], ["salt", 4], ["all", 7]]
    assert (books / "a.xlsx").exists()
    with pytest.raises(Refused) as unfit:
        host.ask("call", server="excel", tool="read_range", arguments={"path": "a.xlsx"})
    assert unfit.value.code == "bad_arguments"
    failed = host.ask(
        "call", server="excel", tool="read_range", arguments={"path": "b.xlsx", "sheet": "Sales"}
    )
    assert failed["is_error"]


def _of_proxied(host: ToolHost) -> None:
    _called(host, "proxied", "create_table", query="CREATE TABLE t (a INTEGER)")
    _called(host, "proxied", "write_query", query="INSERT INTO t VALUES (41), (1)")
    call = {"server": "proxied", "tool": "read_query"}
    numbers = [
        host.send("call", **call, arguments={"query": f"SELECT sum(a) + {number} FROM t"})
        for number in range(20)
    ]
    texts = [host.answer(number)["content"][0]["text"] for number in numbers]
    assert [str(42 + number) in text for number, text in enumerate(texts)] == [True] * 20
    resources = host.ask("resources", server="proxied")["resources"]
    assert [each["uri"] for each in resources] == ["memo://insights"]
    prompts = host.ask("prompts", server="proxied")["prompts"]
    assert [each["name"] for each in prompts] == ["mcp-demo"]
