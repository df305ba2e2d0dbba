"""The tool host and the example servers of the protocol's SDK, of both eras.

One of them is the server that the protocol's project tests against its conformance suite: it has a
tool, a resource or a prompt for each thing that the protocol lets a server do. All of it runs in a
network that has loopback and nothing else.
"""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from network import Network
from tool_host import MINIMUM, OLD_SERVERS, PYTHON, Refused, ToolHost

pytestmark = pytest.mark.slow

_EXAMPLES = Path(sys.prefix) / "share" / "lathe-examples"
_RELEASES = {"stateless": "mcp-2.*", "session": "mcp-1.*"}
_PORT = 3001
_ADA = {"action": "accept", "content": {"response": "yes", "name": "Ada"}}
_TEXTS = {
    "test_simple_text": "This is a simple text response for testing.",
    "test_tool_with_logging": "Tool with logging executed successfully",
    "test_reconnection": "Reconnection test completed",
}
_QUESTIONS = {
    "session": {"test_elicitation": 'User response: action=accept, content={"response":"yes"}'},
    "stateless": {
        "test_streaming_elicitation": "elicitation accept",
        "test_input_required_result_elicitation": "Hello, Ada!",
        "test_input_required_result_request_state": "state-ok: confirmation received",
        "test_input_required_result_tampered_state": "state-ok: round-1",
    },
}


def _environment(era: str, example: str) -> dict[str, str]:
    (release,) = _EXAMPLES.glob(_RELEASES[era])
    paths = [release / "examples" / "servers" / example]
    if era == "session":
        paths.append(OLD_SERVERS)
    return {**MINIMUM, "PYTHONPATH": ":".join(map(str, paths))}


@contextmanager
def _everything(network: Network, era: str, log: Path) -> Generator[None]:
    command = [PYTHON, "-m", "mcp_everything_server", "--port", str(_PORT)]
    with log.open("w") as said:
        process = subprocess.Popen(
            [*network.words, *command],
            stdout=said,
            stderr=said,
            text=True,
            env=_environment(era, "everything-server"),
        )
    try:
        network.wait_for_port(_PORT, process)
        yield
    finally:
        process.kill()
        process.wait()


def _called(host: ToolHost, tool: str, **arguments: Any) -> dict[str, Any]:
    return host.ask("call", server="all", tool=tool, arguments=arguments)


def _text(host: ToolHost, tool: str, **arguments: Any) -> str:
    result = _called(host, tool, **arguments)
    assert not result["is_error"], result
    return result["content"][0]["text"]


@pytest.mark.parametrize("era", ["stateless", "session"])
def test_all_that_the_protocol_lets_a_server_do(tmp_path: Path, era: str) -> None:
    log = tmp_path / "everything.log"
    with (
        Network() as network,
        _everything(network, era, log),
        ToolHost(tmp_path, within=network.words) as host,
    ):
        pages = _environment(era, "simple-pagination")
        host.define("pages", PYTHON, "-m", "mcp_simple_pagination", env=pages)
        _of_pages(host, era)
        url = f"http://127.0.0.1:{_PORT}/mcp"
        host.ask("define", server="all", definition={"url": url, "headers": {}})
        listed = host.ask("list", server="all")
        assert (listed["about"]["era"], listed["problems"]) == (era, [])
        _of_results(host)
        _of_questions(host, era)
        _of_resources_and_prompts(host)
        if era == "stateless":
            _of_changes(host)


def _of_pages(host: ToolHost, era: str) -> None:
    listed = host.ask("list", server="pages")
    assert listed["about"]["era"] == era
    assert [tool["name"] for tool in listed["tools"]] == [f"tool_{n}" for n in range(1, 26)]
    assert len(host.ask("resources", server="pages")["resources"]) == 30
    assert len(host.ask("prompts", server="pages")["prompts"]) == 20
    called = host.ask("call", server="pages", tool="tool_25", arguments={"input": "x"})
    assert "{'input': 'x'}" in called["content"][0]["text"]


def _of_results(host: ToolHost) -> None:
    assert {tool: _text(host, tool) for tool in _TEXTS} == _TEXTS
    kinds = {
        tool: [part["type"] for part in _called(host, tool)["content"]]
        for tool in ("test_image_content", "test_audio_content", "test_multiple_content_types")
    }
    assert kinds == {
        "test_image_content": ["image"],
        "test_audio_content": ["audio"],
        "test_multiple_content_types": ["text", "image", "resource"],
    }
    _text(host, "test_tool_with_progress")
    steps = [each for each in host.events if each["event"] == "progress"]
    assert [each["done"] for each in steps] == [0, 50, 100]
    failed = _called(host, "test_error_handling")
    assert failed["is_error"]
    assert "intentionally returns an error" in failed["content"][0]["text"]


def _of_questions(host: ToolHost, era: str) -> None:
    host.reply = _ADA
    asked = {
        tool: _text(host, tool, **({"message": "Well?"} if tool == "test_elicitation" else {}))
        for tool in _QUESTIONS[era]
    }
    assert asked == _QUESTIONS[era]
    assert len(host.asks) == len(asked)
    # What the protocol deprecates is not offered, and the server is told so.
    assert "not supported" in _text(host, "test_sampling", prompt="What is new?")
    if era == "stateless":
        with pytest.raises(Refused) as lacking:
            _called(host, "test_missing_capability")
        assert lacking.value.code == "refused"
        with pytest.raises(Refused) as endless:
            _called(host, "test_input_required_result_capabilities")
        assert "more than ten times" in endless.value.reason


def _of_resources_and_prompts(host: ToolHost) -> None:
    resources = host.ask("resources", server="all")
    assert [each["uriTemplate"] for each in resources["templates"]] == ["test://template/{id}/data"]
    read = {
        uri: host.ask("read", server="all", uri=uri)["contents"][0]
        for uri in ("test://static-text", "test://static-binary", "test://template/7/data")
    }
    assert read["test://static-text"]["text"].startswith("This is the content of the static text")
    assert read["test://static-binary"]["blob"].startswith("iVBORw0KGgo")
    assert '"id": "7"' in read["test://template/7/data"]["text"]
    words = {"arg1": "one", "arg2": "two"}
    told = host.ask("prompt", server="all", name="test_prompt_with_arguments", arguments=words)
    assert "arg1='one', arg2='two'" in told["messages"][0]["content"]["text"]


def _of_changes(host: ToolHost) -> None:
    assert _text(host, "test_trigger_tool_change") == "tool list changed"
    assert host.event("tools_changed")["server"] == "all"
    host.ask("close")
