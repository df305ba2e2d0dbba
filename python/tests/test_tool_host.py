"""The tool host against servers that others wrote, and against servers that break the rules."""

import os
import signal
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tool_host import MADE_WITH_SDK, MINIMUM, OLD_SERVERS, PYTHON, SERVERS, Refused, ToolHost

_OLD = {**MINIMUM, "PYTHONPATH": str(OLD_SERVERS)}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ToolHost]:
    with ToolHost(tmp_path) as made:
        yield made


@contextmanager
def over_http(program: str, mode: str, env: dict[str, str]) -> Generator[str]:
    command = [*MADE_WITH_SDK, str(SERVERS / program), mode]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
    finally:
        process.kill()
        process.wait()


def faulty(host: ToolHost, how: str, *more: str) -> None:
    host.define("faulty", PYTHON, str(SERVERS / "faulty.py"), how, *more)


@contextmanager
def page(folder: Path) -> Generator[str]:
    """Serve a folder with one page on loopback; return the page's address."""
    folder.mkdir()
    (folder / "prices.html").write_text("<html><body><h1>Prices</h1><p>Tea 3.50</p></body></html>")
    command = [PYTHON, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().split(" port ")[1].split()[0]
        yield f"http://127.0.0.1:{port}/prices.html"
    finally:
        process.kill()
        process.wait()


def called(host: ToolHost, server: str, tool: str, **arguments: Any) -> str:
    result = host.ask("call", server=server, tool=tool, arguments=arguments)
    assert not result["is_error"], result
    return result["content"][0]["text"]


def is_there(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(*processes: int) -> None:
    limit = time.monotonic() + 60
    while any(is_there(each) for each in processes):
        assert time.monotonic() < limit, processes
        time.sleep(0.02)


# --- servers that others wrote ---------------------------------------------------------------


def test_servers_of_both_eras_that_others_wrote(host: ToolHost, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", "-b", "trunk", repository], check=True)
    host.define("time", PYTHON, "-m", "mcp_server_time")
    host.define("git", PYTHON, "-m", "mcp_server_git", "--repository", str(repository))
    host.define("fetch", PYTHON, "-m", "mcp_server_fetch", "--allow-private-ips")
    code = "from mcp_server_sqlite import main; main()"
    host.define("sqlite", PYTHON, "-c", code, "--db-path", str(tmp_path / "a.db"), env=_OLD)
    asked = {name: host.send("list", server=name) for name in ("time", "git", "fetch", "sqlite")}
    listed = {name: host.answer(number) for name, number in asked.items()}
    eras = {
        name: (each["about"]["era"], each["about"]["protocol"]) for name, each in listed.items()
    }
    assert eras == {
        **dict.fromkeys(("time", "git", "fetch"), ("stateless", "2026-07-28")),
        "sqlite": ("session", "2025-11-25"),
    }
    assert [each["problems"] for each in listed.values()] == [[], [], [], []]
    names = {each["name"] for each in listed["sqlite"]["tools"]}
    assert {"read_query", "write_query", "create_table"} <= names

    call = {"server": "time", "tool": "get_current_time", "arguments": {"timezone": "UTC"}}
    many = [host.send("call", **call) for _ in range(50)]
    assert {host.answer(each)["structured"]["timezone"] for each in many} == {"UTC"}
    assert "trunk" in called(host, "git", "git_status", repo_path=str(repository))
    with page(tmp_path / "pages") as address:
        assert "Tea 3.50" in called(host, "fetch", "fetch", url=address, raw=True)
    called(host, "sqlite", "create_table", query="CREATE TABLE t (a INTEGER)")
    called(host, "sqlite", "write_query", query="INSERT INTO t VALUES (41), (1)")
    assert "42" in called(host, "sqlite", "read_query", query="SELECT sum(a) FROM t")
    assert [each["uri"] for each in host.ask("resources", server="sqlite")["resources"]] == [
        "memo://insights"
    ]
    contents = host.ask("read", server="sqlite", uri="memo://insights")["contents"]
    assert "insights" in contents[0]["text"]
    assert [each["name"] for each in host.ask("prompts", server="sqlite")["prompts"]] == [
        "mcp-demo"
    ]


@pytest.mark.parametrize(
    ("program", "mode", "era"),
    [
        ("shapes.py", "stateless", "stateless"),
        ("shapes.py", "sessions", "stateless"),
        ("older.py", "sessions", "session"),
    ],
)
def test_http_in_both_eras(host: ToolHost, program: str, mode: str, era: str) -> None:
    with over_http(program, mode, _OLD if era == "session" else MINIMUM) as url:
        host.ask("define", server="web", definition={"url": url, "headers": {}})
        listed = host.ask("list", server="web")
        assert listed["about"]["era"] == era
        assert {"greet", "steps"} <= {each["name"] for each in listed["tools"]}
        number = host.send("call", server="web", tool="steps", arguments={"count": 3})
        assert host.answer(number)["content"][0]["text"] == "done"
        steps = [each for each in host.events if each["event"] == "progress"]
        assert [(each["request"], each["done"], each["total"]) for each in steps] == [
            (number, done, 3) for done in (1, 2, 3)
        ]
        host.reply = {"action": "accept", "content": {"name": "Ada"}}
        assert called(host, "web", "greet") == "Hello Ada"
        assert host.asks[0]["params"]["message"] == "Who are you?"
        assert host.asks[0]["params"]["requestedSchema"]["required"] == ["name"]


@pytest.mark.parametrize(("program", "env"), [("shapes.py", MINIMUM), ("older.py", _OLD)])
def test_a_question_to_the_user_may_take_longer_than_the_call(
    host: ToolHost, program: str, env: dict[str, str]
) -> None:
    host.define("s", *MADE_WITH_SDK, str(SERVERS / program), env=env)
    host.ask("list", server="s")
    host.reply = {"action": "accept", "content": {"name": "Ada"}}
    host.reply_after = 3
    result = host.ask("call", server="s", tool="greet", arguments={}, timeout=2)
    assert result["content"][0]["text"] == "Hello Ada"
    host.reply = {"action": "decline"}
    host.reply_after = 0
    declined = host.ask("call", server="s", tool="greet", arguments={})
    assert "Hello" not in declined["content"][0]["text"]


def test_addresses_that_do_not_answer_say_why(host: ToolHost) -> None:
    with over_http("shapes.py", "closed", MINIMUM) as url:
        host.ask("define", server="web", definition={"url": url})
        with pytest.raises(Refused) as refused:
            host.ask("list", server="web")
        assert (refused.value.code, refused.value.server) == ("unauthorized", "web")
        assert "HTTP 401" in refused.value.reason
        host.ask(
            "define",
            server="web",
            definition={"url": url, "headers": {"Authorization": "Bearer right"}},
        )
        assert len(host.ask("list", server="web")["tools"]) == 6
        host.ask(
            "define",
            server="other",
            definition={"url": url[:-4] + "/nowhere", "headers": {"Authorization": "Bearer right"}},
        )
        with pytest.raises(Refused) as missing:
            host.ask("list", server="other")
        assert missing.value.code == "unreachable"
        assert "HTTP 404" in missing.value.reason
    host.ask("define", server="gone", definition={"url": url})
    with pytest.raises(Refused) as gone:
        host.ask("list", server="gone")
    assert gone.value.code == "unreachable"
    # Of a server that went while it was in use.
    with pytest.raises(Refused) as went:
        host.ask("call", server="web", tool="point", arguments={"x": 1})
    assert went.value.code == "unreachable"


@pytest.mark.parametrize(
    ("how", "code", "reason"),
    [
        ("floods", "flooded", "more than 32 MiB"),
        ("garbage", "invalid", "key must be a string"),
        ("redirects", "refused", "Redirect to http://other.invalid/mcp not followed"),
        ("breaks", "unreachable", "answered with HTTP 500"),
        ("forgets", "ended", "it no longer knows the session"),
        ("hangs up", "unreachable", "Server disconnected"),
    ],
)
def test_an_address_that_breaks_the_rules_fails_the_call_and_can_be_used_again(
    host: ToolHost, how: str, code: str, reason: str
) -> None:
    with over_http("odd_http.py", how, MINIMUM) as url:
        host.ask("define", server="odd", definition={"url": url})
        assert len(host.ask("list", server="odd")["tools"]) == 1
        with pytest.raises(Refused) as refused:
            host.ask("call", server="odd", tool="do", arguments={})
        assert refused.value.code == code
        assert reason in refused.value.reason
        assert len(host.ask("list", server="odd")["tools"]) == 1


# --- what is passed on -----------------------------------------------------------------------


def test_results_keep_their_types(host: ToolHost) -> None:
    host.define("shapes", *MADE_WITH_SDK, str(SERVERS / "shapes.py"))
    point = host.ask("call", server="shapes", tool="point", arguments={"x": 1.5})
    assert point["structured"] == {"x": 1.5, "y": 0.0}
    content = host.ask("call", server="shapes", tool="everything", arguments={})["content"]
    assert [each["type"] for each in content] == [
        "text",
        "image",
        "audio",
        "resource_link",
        "resource",
    ]
    assert (content[1]["data"], content[1]["mimeType"]) == ("iVBORw0KGgo=", "image/png")
    assert content[4]["resource"]["text"] == "a note"
    assert host.ask("about", server="shapes")["instructions"] == "Ask nicely."
    prompt = host.ask("prompt", server="shapes", name="review", arguments={"code": "1+1"})
    assert prompt["messages"][0]["content"]["text"] == "Review 1+1"


def test_a_server_has_the_environment_it_was_given_and_no_other(host: ToolHost) -> None:
    env = {**MINIMUM, "KEY": "secret"}
    host.define("shapes", *MADE_WITH_SDK, str(SERVERS / "shapes.py"), env=env)
    given = host.ask("call", server="shapes", tool="surroundings", arguments={})["structured"]
    # What the interpreter itself adds.
    given.pop("LC_CTYPE", None)
    assert given == env


def test_what_is_long_comes_whole_by_a_file(host: ToolHost) -> None:
    faulty(host, "large")
    number = host.send("call", server="faulty", tool="do", arguments={})
    file = host.raw(number)["file"]
    path = host.exchange / file["name"]
    assert (path.stat().st_size, path.stat().st_mode & 0o777) == (file["bytes"], 0o600)
    assert host.answer(number)["content"][0]["text"] == "é" * 1_000_000


def test_arguments_that_do_not_fit_never_leave(host: ToolHost) -> None:
    host.define("shapes", *MADE_WITH_SDK, str(SERVERS / "shapes.py"))
    for arguments in ({}, {"x": "far"}, {"x": 1, "y": None}):
        with pytest.raises(Refused) as refused:
            host.ask("call", server="shapes", tool="point", arguments=arguments)
        assert refused.value.code == "bad_arguments"
        assert refused.value.mend == "it takes: x, y"
    with pytest.raises(Refused) as unknown:
        host.ask("call", server="shapes", tool="line", arguments={})
    assert unknown.value.code == "unknown_tool"
    assert "point" in unknown.value.mend


# --- servers that break the rules ------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "code", "reason"),
    [
        ("exits", "ended", "the server ended with exit code 3"),
        ("killed", "ended", "the server ended by signal SIGKILL"),
        ("floods", "flooded", "a message of more than 32 MiB"),
        ("garbage", "invalid", "no message of JSON-RPC"),
    ],
)
def test_a_call_that_breaks_a_server_fails_at_once_and_the_next_one_starts_it_again(
    host: ToolHost, how: str, code: str, reason: str
) -> None:
    faulty(host, how)
    host.ask("list", server="faulty")
    with pytest.raises(Refused) as refused:
        host.ask("call", server="faulty", tool="do", arguments={}, timeout=50)
    assert (refused.value.code, refused.value.server) == (code, "faulty")
    assert reason in refused.value.reason
    # The SDK of the host is no longer in its way: the next request starts the server anew.
    assert len(host.ask("list", server="faulty")["tools"]) == 1
    if how == "exits":
        assert "about to go" in host.log("faulty")


def test_a_call_that_hangs_is_cancelled_in_time_and_others_go_on(host: ToolHost) -> None:
    faulty(host, "hangs")
    host.define("time", PYTHON, "-m", "mcp_server_time")
    host.ask("list", server="faulty")
    hanging = host.send("call", server="faulty", tool="do", arguments={}, timeout=1)
    taken_back = host.send("call", server="faulty", tool="do", arguments={}, timeout=50)
    assert len(host.ask("list", server="time")["tools"]) == 2
    with pytest.raises(Refused) as late:
        host.answer(hanging)
    assert (late.value.code, "within 1 s" in late.value.reason) == ("timeout", True)
    assert host.ask("cancel", request=taken_back) == {"found": True}
    with pytest.raises(Refused) as cancelled:
        host.answer(taken_back)
    assert cancelled.value.code == "cancelled"
    # The server is still there, and was told of both.
    host.ask("list", server="faulty")
    limit = time.monotonic() + 60
    while host.log("faulty").count("cancelled") < 2:
        assert time.monotonic() < limit, host.log("faulty")
        time.sleep(0.02)


def test_a_server_that_cannot_start_rests_longer_each_time(host: ToolHost) -> None:
    faulty(host, "fails")
    refusals: list[Refused] = []
    while not refusals or refusals[-1].code != "resting":
        with pytest.raises(Refused) as refused:
            host.ask("list", server="faulty")
        refusals.append(refused.value)
        assert len(refusals) < 10
    assert refusals[0].code == "ended"
    assert "exit code 7; it said last: no licence" in refusals[-1].reason
    assert "no licence" in host.log("faulty")


def test_a_program_that_is_not_there_is_named(host: ToolHost) -> None:
    host.define("none", "no-such-server-program")
    with pytest.raises(Refused) as refused:
        host.ask("list", server="none")
    assert refused.value.code == "not_found"
    assert "'no-such-server-program' on its PATH (/usr/bin:/bin)" in refused.value.reason


def test_lists_that_are_not_as_they_should_be(host: ToolHost) -> None:
    faulty(host, "duplicate")
    listed = host.ask("list", server="faulty")
    assert [(each["name"], each["description"]) for each in listed["tools"]] == [
        ("do", "the first"),
        ("x", ""),
    ]
    assert [each["tool"] for each in listed["problems"]] == ["do", "a\nb"]
    faulty(host, "bad_schema")
    (problem,) = host.ask("list", server="faulty")["problems"]
    assert "arguments are sent unchecked" in problem["reason"]
    faulty(host, "pages")
    assert len(host.ask("list", server="faulty")["tools"]) == 250
    faulty(host, "endless")
    with pytest.raises(Refused) as endless:
        host.ask("list", server="faulty")
    assert endless.value.code == "invalid"


def test_changes_chatter_and_prints_between_messages(host: ToolHost) -> None:
    faulty(host, "changes")
    host.ask("list", server="faulty")
    host.ask("call", server="faulty", tool="do", arguments={})
    assert host.event("tools_changed")["server"] == "faulty"
    assert [each["name"] for each in host.ask("list", server="faulty")["tools"]] == ["do", "more"]
    faulty(host, "banner")
    called(host, "faulty", "do")
    assert "[stdout] Welcome to my server!" in host.log("faulty")
    faulty(host, "chatter")
    called(host, "faulty", "do")
    assert "error: line 0" in host.log("faulty")
    assert host.log("faulty").count("error: line") < 5_000


# --- the end ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["hang up", "kill"])
def test_no_process_stays_when_lathe_or_the_host_goes(tmp_path: Path, how: str) -> None:
    host = ToolHost(tmp_path)
    note = tmp_path / "processes"
    faulty(host, "deaf", str(note))
    host.ask("list", server="faulty")
    (server, child) = (int(each) for each in note.read_text().split())
    assert is_there(server)
    assert is_there(child)
    if how == "hang up":
        host.hang_up()
        assert host.process.wait(60) == 0
        assert not host.exchange.exists()
        wait_until_gone(server, child)
        return
    host.process.kill()
    host.process.wait()
    # Nobody is left to end what the server itself started: that is said in docs/tools.md.
    wait_until_gone(server)
    os.kill(child, signal.SIGKILL)
