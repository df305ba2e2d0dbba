"""The parts of `make bench-orchestration`: the model's server, its replies, who is compared."""

import dataclasses
import http.client
import json
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lathe_bench import agent_job, agent_peer, agent_run, agent_scripts, orchestration_figures
from lathe_bench.agent_peers.python_cell import python_cell
from lathe_bench.agent_run import Runner
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure
from lathe_bench.loopback import Answered, Loopback
from lathe_bench.scripted_model import Call, Calls, Words

_Message = dict[str, Any]


def _user(text: str) -> _Message:
    return {"role": "user", "content": text}


@contextmanager
def _echo() -> Generator[Loopback]:
    with Loopback(lambda body: Answered(200, body[::-1]), lambda: None) as server:
        yield server


def test_the_server_answers_requests_however_they_arrive() -> None:
    with _echo() as server:
        kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        for text in (b"one", b"", b"x" * 300_000):
            kept.request("POST", "/v1/chat/completions", text)
            assert kept.getresponse().read() == text[::-1]
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
            # In pieces, with a word before the body, and the beginning of the next with its end.
            wire.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
            assert wire.recv(100).startswith(b"HTTP/1.1 100 ")
            wire.sendall(b"ab")
            wire.sendall(b"cdPOST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nef")
            answers = b""
            while not answers.endswith(b"fe"):
                answers += wire.recv(1_000)
            assert answers.count(b"HTTP/1.1 200 OK") == 2
            assert b"dcba" in answers
            # What is no request of a client's ends that connection and no other.
            wire.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert wire.recv(100) == b""
        kept.request("POST", "/", b"still here")
        assert kept.getresponse().read() == b"ereh llits"


def test_a_turn_is_asked_for_only_where_the_one_before_gave_its_total() -> None:
    seen: list[int] = []
    reply = agent_scripts.turns(agent_scripts.NUMBERED, seen.append)
    first = reply(0, {"messages": [_user(agent_job.TURNS_TASK)]})
    assert first == Call("python", {"code": agent_job.cell(0)})
    said: list[_Message] = [_user("go"), {"role": "assistant", "content": None}]
    result = python_cell({"total": 0})(agent_job.cell(3))
    assert result == "3\n"
    # Three turns without those before them come to another total.
    with pytest.raises(ValueError, match="6 was to come"):
        reply(4, {"messages": [*said, {"role": "tool", "content": result}]})
    assert reply(4, {"messages": [*said, {"role": "tool", "content": "6\n"}]}) != first
    assert seen == [0, 4]


def test_sub_agents_are_told_from_who_hands_out_the_parts_and_every_total_is_checked() -> None:
    noted: list[str] = []
    script = agent_scripts.FanOut(agent_scripts.NUMBERED, 2, noted.append)
    task = _user(agent_job.fan_out_task(2))
    handed = script(0, {"messages": [task]})
    assert handed == Calls((Call("adder", {"part": 0}), Call("adder", {"part": 1})))
    totals: list[str] = []
    for part in range(2):
        asked = [_user(agent_job.worker_task(part))]
        cell = script(1, {"messages": asked})
        assert isinstance(cell, Call)
        printed = python_cell({"parts": agent_job.parts(2)})(cell.arguments["code"])
        answered = [*asked, {"role": "assistant"}, {"role": "tool", "content": printed}]
        answer = script(2, {"messages": answered})
        assert isinstance(answer, Words)
        totals.append(answer.text)
    results = [{"role": "tool", "content": total} for total in totals]
    wrong = [results[0], {"role": "tool", "content": "7"}]
    with pytest.raises(ValueError, match=f"{agent_job.whole(2)} was to come"):
        script(5, {"messages": [task, {"role": "assistant"}, *wrong]})
    end = script(6, {"messages": [task, {"role": "assistant"}, *results]})
    assert end == Words(str(agent_job.whole(2)))
    assert (script.begun, script.ended) == (0, 6)
    assert noted == ["begin", "work", "work", "work", "work", "end", "end"]


def test_a_run_that_does_not_come_to_the_totals_is_no_measurement() -> None:
    def work(_count: int, address: str) -> None:
        host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
        wire = http.client.HTTPConnection(host, int(port), timeout=20)
        wire.request("POST", "/v1/chat/completions", json.dumps({"messages": [_user("parts?")]}))
        wire.getresponse().read()

    lazy = Runner("lazy", agent_scripts.NUMBERED, lambda _: None, work, lambda: 1)
    with pytest.raises(BenchError, match="lazy did not come to the totals"):
        agent_run.fan_out(lazy, 2)
    with pytest.raises(BenchError, match="0 requests came, not 33"):
        agent_run.turns(lazy)


def test_frameworks_that_are_not_installed_are_told_with_what_installs_them() -> None:
    assert len({peer.key for peer in agent_peer.PEERS}) == len(agent_peer.PEERS)
    folder = Path(sys.modules["lathe_bench"].__path__[0]) / "agent_peers"
    for peer in agent_peer.PEERS:
        assert (folder / f"{peer.side}.py").is_file()
        absent = dataclasses.replace(peer, packages="no-such-folder")
        with pytest.raises(BenchError, match=f"{peer.name}; run scripts/setup bench-orchestration"):
            absent.check()


def test_a_figure_stands_against_the_best_of_them_and_against_each() -> None:
    def theirs(at: int) -> orchestration_figures.Theirs:
        peer = agent_peer.PEERS[at]
        runner = Runner(f"{peer.name} 1", peer.way, print, print, lambda: 1)
        return orchestration_figures.Theirs(peer, runner)

    values = [orchestration_figures.Value(value, "2 ms") for value in (3.0, 9.0, 7.0)]
    peers = [theirs(0), theirs(1)]
    figures = list(orchestration_figures.compared("turn_overhead", "ms", peers, values))
    note = "cpu 2 ms and 2 ms"
    assert figures == [
        Figure("turn_overhead", 3.0, 7.0, "langgraph 1", "ms", note),
        Figure("turn_overhead_vs_smolagents", 3.0, 9.0, "smolagents 1", "ms", note),
        Figure("turn_overhead_vs_langgraph", 3.0, 7.0, "langgraph 1", "ms", note),
    ]
