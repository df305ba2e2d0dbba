"""The tool host as a client, against what the project of the protocol requires of one.

The requirements are those of its conformance suite for clients (2025-11-25 and 2026-07-28). Not
here are its scenarios of OAuth, and the defaults of forms, which a person fills in.
"""

import base64
import json
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tool_host import MINIMUM, PYTHON, SERVERS, Refused, ToolHost

_NEW = "2026-07-28"
_META = "io.modelcontextprotocol/"
_BAD = ("empty", "object", "array", "twice", "space", "colon", "foreign", "control")


class Noting:
    """A server that notes every request."""

    def __init__(self, url: str, notes: Path) -> None:
        self.url = url
        self._notes = notes

    def notes(self, http: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self._notes.read_text().splitlines()]
        return [line for line in lines if line["http"] == http]

    def calls(self, tool: str) -> list[dict[str, Any]]:
        return [
            note
            for note in self.notes("POST")
            if note["message"]["method"] == "tools/call"
            and note["message"]["params"]["name"] == tool
        ]


@contextmanager
def noting(mode: str, folder: Path) -> Generator[Noting]:
    command = [PYTHON, str(SERVERS / "noting_http.py"), mode, str(folder / "notes")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=MINIMUM)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield Noting(f"http://127.0.0.1:{port}/mcp", folder / "notes")
    finally:
        process.kill()
        process.wait()


def call(host: ToolHost, tool: str, **arguments: Any) -> dict[str, Any]:
    return host.ask("call", server="s", tool=tool, arguments=arguments)


def test_every_request_says_its_version_its_method_and_what_it_is_about(tmp_path: Path) -> None:
    with ToolHost(tmp_path) as host, noting("stateless", tmp_path) as server:
        host.ask("define", server="s", definition={"url": server.url})
        assert host.ask("list", server="s")["about"]["protocol"] == _NEW
        call(host, "mirrors")
        host.ask("resources", server="s")
        host.ask("read", server="s", uri="file:///a%20b?c=d")
        host.ask("prompts", server="s")
        host.ask("prompt", server="s", name="review", arguments={})
        posted = server.notes("POST")
    methods = {note["message"]["method"] for note in posted}
    assert {"tools/list", "tools/call", "resources/read", "prompts/get"} <= methods
    for note in posted:
        headers, message = note["headers"], note["message"]
        params = message.get("params", {})
        meta = params["_meta"]
        assert headers["mcp-protocol-version"] == meta[_META + "protocolVersion"] == _NEW
        assert meta[_META + "clientInfo"]["name"] == "lathe"
        assert all(type(each) is dict for each in meta[_META + "clientCapabilities"].values())
        assert headers["mcp-method"] == message["method"]
        if message["method"] in ("tools/call", "prompts/get"):
            assert headers["mcp-name"] == params["name"]
        if message["method"] == "resources/read":
            assert headers["mcp-name"] == params["uri"]
        accepted = headers["accept"]
        assert "application/json" in accepted
        assert "text/event-stream" in accepted


def test_marked_parameters_ride_in_headers_and_wrong_marks_leave_a_tool_out(tmp_path: Path) -> None:
    texts = {
        "plain": "us-west1",
        "inner": "us west 1",
        "method": "POST",
        "empty": "",
        "edges": " padded ",
        "foreign": "Hello, 世界",
        "lines": "one\r\n\ttwo",
    }
    with ToolHost(tmp_path) as host, noting("stateless", tmp_path) as server:
        host.ask("define", server="s", definition={"url": server.url})
        listed = host.ask("list", server="s")
        call(host, "mirrors", **texts, unmarked="SELECT 1", count=42, is_on=False)
        call(host, "mirrors", plain="a")
        whole, short = [
            {
                name.removeprefix("mcp-param-"): value
                for name, value in note["headers"].items()
                if name.startswith("mcp-param-")
            }
            for note in server.calls("mirrors")
        ]
    assert {name: decoded(value) for name, value in whole.items()} == {
        **texts,
        "count": "42",
        "on": "false",
    }
    assert {name for name, value in whole.items() if value.startswith("=?base64?")} >= {
        "edges",
        "foreign",
        "lines",
    }
    assert (whole["inner"], short) == ("us west 1", {"plain": "a"})
    names = {each["name"] for each in listed["tools"]}
    assert names & {f"bad_{each}" for each in _BAD} == set()
    # Nothing is left out in silence.
    told = {each["tool"] for each in listed["problems"]}
    assert told >= {f"bad_{each}" for each in _BAD}


def decoded(value: str) -> str:
    if not value.startswith("=?base64?"):
        return value
    return base64.b64decode(value.removeprefix("=?base64?").removesuffix("?=")).decode()


def test_a_servers_state_goes_back_untouched_and_only_where_there_was_one(tmp_path: Path) -> None:
    with ToolHost(tmp_path) as host, noting("stateless", tmp_path) as server:
        host.ask("define", server="s", definition={"url": server.url})
        host.reply = {"action": "accept", "content": {"sure": True}}
        for tool in ("asks", "asks_without_state"):
            assert call(host, tool)["content"][0]["text"] == "done"
        # This revision wants a type in each result; the SDK refuses one without.
        with pytest.raises(Refused) as refused:
            call(host, "no_result_type")
        assert (refused.value.code, "resultType" in refused.value.reason) == ("invalid", True)
        with_state, without = server.calls("asks"), server.calls("asks_without_state")
    for first, second in (with_state, without):
        assert first["message"]["id"] != second["message"]["id"]
        answers = second["message"]["params"]["inputResponses"]
        assert answers["confirm"]["content"] == {"sure": True}
    assert with_state[1]["message"]["params"]["requestState"] == '{"nonce": "é 1"}'
    assert "requestState" not in without[1]["message"]["params"]


def test_a_schema_stays_as_it_is_and_no_address_in_it_is_followed(tmp_path: Path) -> None:
    with ToolHost(tmp_path) as host, noting("stateless", tmp_path) as server:
        host.ask("define", server="s", definition={"url": server.url})
        schemas = {
            each["name"]: each["inputSchema"] for each in host.ask("list", server="s")["tools"]
        }
        call(host, "dialect", way=None)
        assert [note["path"] for note in server.notes("GET") if "schema" in note["path"]] == []
        assert schemas["elsewhere"]["properties"]["a"]["$ref"].endswith("/schema.json")
    assert schemas["dialect"] == {
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


def test_a_stream_that_broke_off_is_taken_up_again_when_the_server_says(tmp_path: Path) -> None:
    with ToolHost(tmp_path) as host, noting("resumed", tmp_path) as server:
        host.ask("define", server="s", definition={"url": server.url})
        assert host.ask("list", server="s")["about"]["protocol"] == "2025-11-25"
        assert call(host, "slow")["content"][0]["text"] == "taken up again"
        (sent,) = server.calls("slow")
        (resumed,) = [note for note in server.notes("GET") if note["from"]]
        (ended,) = server.notes("end")
        initialized = [note["message"] for note in server.notes("POST")][:3]
    assert resumed["from"] == f"call-{sent['message']['id']}"
    assert resumed["at"] - ended["at"] >= 0.6
    opening = next(each for each in initialized if each["method"] == "initialize")
    assert opening["params"]["clientInfo"]["name"] == "lathe"
    assert sent["headers"]["mcp-session-id"] == "s1"
    assert sent["headers"]["mcp-protocol-version"] == "2025-11-25"
