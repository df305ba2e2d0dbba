"""The tool host logs in at a server that an authorization server of the SDK guards."""

import json
import stat
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tool_host import MADE_WITH_SDK, SERVERS, Refused, ToolHost, free_port, wait_for_port


@dataclass(frozen=True)
class Guarded:
    """The server, with the folder of its notes."""

    url: str
    notes: Path

    def log(self) -> list[str]:
        file = self.notes / "log"
        return file.read_text().split("\n")[:-1] if file.exists() else []


@pytest.fixture
def guarded(tmp_path: Path) -> Generator[Guarded]:
    port = free_port()
    notes = tmp_path / "notes"
    notes.mkdir()
    with (tmp_path / "guarded.log").open("wb") as log:
        command = [*MADE_WITH_SDK, str(SERVERS / "guarded.py"), str(port), str(notes)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for_port(port, process)
        yield Guarded(f"http://127.0.0.1:{port}/mcp", notes)
    finally:
        process.kill()
        process.wait()


def _define(host: ToolHost, guarded: Guarded, login: Path, **headers: str) -> None:
    definition = {"url": guarded.url, "headers": headers}
    host.ask("define", server="g", definition=definition, login=str(login))


def _page(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as page:
            return int(page.status)
    except urllib.error.HTTPError as error:
        return error.code


def _log_in(host: ToolHost) -> dict[str, Any]:
    host.events.clear()
    number = host.send("login", server="g", timeout=60)
    told = host.event("login")
    callback = urllib.parse.parse_qs(told["address"].partition("?")[2])["redirect_uri"][0]
    # Others knock too, without the state or with another one.
    assert _page(callback + "?code=forged") == 400
    assert _page(callback + "?code=forged&state=guessed") == 400
    assert _page(callback.removesuffix("callback")) == 404
    assert _page(told["address"]) == 200
    return host.answer(number)


def _secret(host: ToolHost) -> str:
    answer = host.ask("call", server="g", tool="secret", arguments={}, timeout=60)
    return str(answer["content"][0]["text"])


def test_a_login_is_kept_renewed_and_taken_back(tmp_path: Path, guarded: Guarded) -> None:
    file = tmp_path / "state" / "login.json"
    with ToolHost(tmp_path) as host:
        _define(host, guarded, file)
        with pytest.raises(Refused) as refused:
            _secret(host)
        assert refused.value.code == "unauthorized"
        assert refused.value.mend.startswith("lathe tools login g, or give")
        assert guarded.log() == [], "nothing is begun that nobody asked for"
        (guarded.notes / "short").touch()
        assert _log_in(host) == {"logged_in": True}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert _secret(host) == "xyzzy"
        assert guarded.log()[:2] == ["register Lathe", "token"]
        (guarded.notes / "short").unlink()
        # So short a time counts as over at once: the next request has a new token.
        assert _secret(host) == "xyzzy"
        assert "refresh" in guarded.log()
        assert "access-" not in (tmp_path / "host.log").read_text()
        kept = json.loads(file.read_text())
        # Another program goes on with it, and one whose token was lost renews it.
        kept["tokens"]["access_token"] = "lost"
        file.write_text(json.dumps(kept))
    (tmp_path / "exchange").mkdir(exist_ok=True)
    (tmp_path / "second").mkdir()
    with ToolHost(tmp_path / "second") as host:
        _define(host, guarded, file)
        before = guarded.log().count("refresh")
        assert _secret(host) == "xyzzy"
        assert guarded.log().count("refresh") == before + 1
        assert host.ask("logout", server="g") == {"was": True, "revoked": True}
        assert guarded.log()[-1] == "revoke"
        assert not file.exists()
        with pytest.raises(Refused) as refused:
            _secret(host)
        assert refused.value.code == "unauthorized"
        assert host.ask("logout", server="g") == {"was": False, "revoked": False}


def test_a_login_that_is_refused_or_makes_no_sense_says_so(
    tmp_path: Path, guarded: Guarded
) -> None:
    file = tmp_path / "login.json"
    with ToolHost(tmp_path) as host:
        _define(host, guarded, file)
        (guarded.notes / "refuse").touch()
        with pytest.raises(Refused) as refused:
            _log_in(host)
        assert refused.value.code == "unauthorized"
        assert "the login was refused: access_denied" in refused.value.reason
        assert list(tmp_path.glob("login.json*")) == []
        # What cannot be read is no login.
        file.write_text("{")
        with pytest.raises(Refused, match="unauthorized"):
            _secret(host)
        plain: dict[str, Any] = {"url": "http://example.com/mcp", "headers": {}}
        host.ask("define", server="plain", definition=plain, login=str(file))
        with pytest.raises(Refused, match="tokens would travel in the clear"):
            host.ask("login", server="plain", timeout=60)
        host.define("program", "/bin/cat")
        with pytest.raises(Refused, match="only a server at an address takes a login"):
            host.ask("login", server="program", timeout=60)
