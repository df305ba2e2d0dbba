"""The parts of `make bench-tools`: what is counted, what is served, what a script may reply."""

import dataclasses
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from lathe_bench import (
    collect_tools,
    crm_job,
    definition_server,
    definitions,
    tokens,
    tool_scripts,
)
from lathe_bench.cells import BenchError
from lathe_bench.scripted_model import Call, Calls, ScriptedModel, Words
from lathe_bench.tool_job import ToolJob
from lathe_bench.tool_peer import PEERS
from lathe_bench.tool_tasks import TASKS

_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"name": "add", "description": "Add.", "parameters": {}},
}
# Nobody should read here where packages were fetched.
_HOSTS = re.compile(r"/simple/", re.IGNORECASE)


def test_what_a_model_reads_is_counted_and_nothing_else() -> None:
    call = {"id": "call-1", "function": {"name": "add", "arguments": '{"a": 1}'}}
    request: dict[str, Any] = {
        "model": "scripted",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Add one."}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
        ],
        "tools": [_TOOL],
        "temperature": 0,
    }
    texts = ["Be brief.", "Add one.", "add", '{"a": 1}', tokens.compact([_TOOL])]
    assert tokens.of_request(request) == sum(tokens.of_text(text) for text in texts)
    assert tokens.of_requests([request, request]) == 2 * tokens.of_request(request)
    # What it said itself tells it nothing.
    assert "Be brief." in tokens.told(request)
    assert '{"a": 1}' not in tokens.told(request)
    reply = Calls((Call("add", {"a": 1}), Call("add", {"a": 2})))
    assert tokens.of_reply(reply) == 2 * (tokens.of_text("add") + tokens.of_text('{"a": 1}'))


def test_real_definitions_come_first_and_made_ones_have_their_sizes() -> None:
    real = definitions.collected()
    assert len(real) >= 500
    assert len({each.server for each in real}) >= 20
    needed = [(task.server, task.tool) for task in TASKS]
    five_hundred = definitions.first(500, needed)
    assert (len(five_hundred), all(each in real for each in five_hundred)) == (500, True)
    hundred = definitions.first(100, needed)
    assert [each.name for each in hundred] == [each.name for each in definitions.first(100, needed)]
    assert {(each.server, each.name) for each in hundred} >= set(needed)
    many = definitions.first(2 * len(real), needed)
    assert len({each.name for each in many}) == len(many) == 2 * len(real)
    sizes = [
        sum(tokens.of_text(tokens.compact(each.function)) for each in listed)
        for listed in (many[: len(real)], many[len(real) :])
    ]
    assert abs(sizes[1] - sizes[0]) < 0.1 * sizes[0]


def test_what_was_collected_is_told_with_its_packages_and_licences() -> None:
    assert _HOSTS.search(collect_tools.TOOLS.read_text()) is None
    servers = [json.loads(line) for line in collect_tools.SERVERS.read_text().splitlines()]
    lines = [json.loads(line) for line in collect_tools.TOOLS.read_text().splitlines()]
    counted: dict[str, int] = {}
    for line in lines:
        counted[line["server"]] = counted.get(line["server"], 0) + 1
    assert counted == {each["server"]: each["tools"] for each in servers}
    for each in servers:
        assert re.fullmatch(r"[0-9][0-9A-Za-z.]*", each["version"])
        assert re.match(r"(MIT|Apache|BSD|ISC)", each["licence"], re.IGNORECASE)


def test_a_server_serves_the_definitions_of_its_file_and_notes_calls(tmp_path: Path) -> None:
    listed = definitions.first(40, [])
    answer = {"ok": True}
    job = ToolJob.made(tmp_path, listed, {listed[0].name: answer})
    assert sum(len(tools) for tools in definitions.by_server(listed).values()) == 40
    assert definition_server.__file__ in job.servers[listed[0].server]
    asked: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": {}},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
        {
            "id": 3,
            "method": "tools/call",
            "params": {"name": listed[0].name, "arguments": {"a": 1}},
        },
        {"id": 4, "method": "server/discover"},
    ]
    done = subprocess.run(
        job.servers[listed[0].server],
        input="".join(json.dumps({"jsonrpc": "2.0", **each}) + "\n" for each in asked),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = {each["id"]: each for each in map(json.loads, done.stdout.splitlines())}
    tools = definitions.by_server(listed)[listed[0].server]
    assert answers[2]["result"]["tools"] == tools
    assert answers[3]["result"]["structuredContent"] == answer
    assert answers[4]["error"]["code"] == -32601
    assert job.calls() == [(listed[0].server, listed[0].name, {"a": 1})]
    assert job.calls() == []


def test_a_script_calls_only_what_was_shown() -> None:
    (task, *_) = TASKS
    assert all(len(each.words.split()) == 20 for each in TASKS)
    empty: dict[str, Any] = {"messages": [{"role": "user", "content": task.words}]}
    with pytest.raises(ValueError, match=f"{task.tool} was never shown to the model"):
        tool_scripts.declared(task)(0, empty)
    steps = tool_scripts.searched(task)
    assert steps(0, empty) == Call("search_tools", {"queries": [task.need]})
    described = tokens.compact({"name": task.tool, "arguments": list(task.arguments)})
    shown = {"messages": [*empty["messages"], {"role": "tool", "content": described}]}
    assert steps(1, shown) == Call(task.tool, task.arguments)
    assert (steps.calling, steps(2, shown)) == (1, Words("It is 00:30."))
    assert tool_scripts.without_tools(tool_scripts.declared(task))(0, empty) == Words(
        "It is 00:30."
    )


def test_the_scripted_model_keeps_requests_and_tells_what_no_script_knows() -> None:
    def reply(index: int, request: dict[str, Any]) -> Words:
        if index:
            raise ValueError("the script ends here")
        return Words(f"you sent {len(request['messages'])}")

    with ScriptedModel(reply) as model:
        body = json.dumps({"messages": [{"role": "user", "content": "hello"}]}).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{model.address}/chat/completions", body, headers)
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)
        assert answer["choices"][0]["message"]["content"] == "you sent 1"
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(request)
    assert model.failure == "request 2: the script ends here"
    assert len(model.requests) == 2


def test_the_transcript_has_two_hours_and_names_just_what_was_discussed() -> None:
    text = crm_job.transcript()
    assert text == crm_job.transcript()
    assert abs(len(text.split()) - 18_000) < 1_000
    said = [account for account in crm_job.ACCOUNTS if account in text]
    assert said == [crm_job.ACCOUNTS[at] for at in crm_job.DISCUSSED]
    assert [call[2]["record"] for call in crm_job.wanted_calls(text)] == [
        "rec-0402",
        "rec-0405",
        "rec-0407",
    ]


def test_a_framework_that_is_not_installed_is_told_before_anything_is_measured() -> None:
    absent = dataclasses.replace(PEERS[0], packages="no-such-folder")
    with pytest.raises(BenchError, match="not installed: smolagents; run scripts/setup bench-tool"):
        absent.check()


def test_each_framework_has_its_own_name_and_side() -> None:
    folder = Path(sys.modules["lathe_bench"].__path__[0]) / "tool_peers"
    assert len({peer.key for peer in PEERS}) == len(PEERS)
    assert all((folder / f"{peer.side}.py").is_file() for peer in PEERS)
