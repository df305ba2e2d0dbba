"""The tool host logs in where another program gives the tokens, one that others wrote.

The server has its metadata (RFC 9728), the authorization server its own (RFC 8414), registers
clients (RFC 7591), wants PKCE, takes a refresh token once, and takes tokens back (RFC 7009).
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import log_in
from tool_host import PYTHON, SERVERS, Refused, ToolHost, free_port, wait_for_port

pytestmark = pytest.mark.slow

_PACKAGES = Path(sys.prefix) / "share" / "lathe-authorization"
_ADA = {"login": "ada", "password": "analytical", "answer": "accept"}


@dataclass(frozen=True)
class Elsewhere:
    """A server, and the program that gives tokens for it."""

    url: str
    issuer: str
    notes: Path
    said: Path
    talk: subprocess.Popen[str]

    def refused(self) -> int:
        log = self.notes / "log"
        return log.read_text().count("refused") if log.exists() else 0

    def expire(self) -> None:
        _pipe(self.talk.stdin).write("expire\n")
        _pipe(self.talk.stdin).flush()
        assert _pipe(self.talk.stdout).readline() == "expired\n"

    def counts(self, token: str) -> bool:
        """Tell whether the authorization server takes a token."""
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"{self.issuer}/oauth/userinfo", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as page:
                return page.status == 200
        except urllib.error.HTTPError as error:
            assert error.code in (400, 401, 403)
            return False


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


@contextmanager
def _running(*words: str, log: Path, **variables: str) -> Generator[subprocess.Popen[str]]:
    with log.open("w") as said:
        process = subprocess.Popen(
            [PYTHON, "-B", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env={**os.environ, **variables},
        )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Generator[Elsewhere]:
    notes, said = tmp_path / "notes", tmp_path / "said"
    notes.mkdir()
    ports = free_port(), free_port()
    issuer = f"http://127.0.0.1:{ports[0]}"
    server = str(SERVERS / "guarded_elsewhere.py")
    with ExitStack() as stack:
        authorization = stack.enter_context(
            _running(
                str(SERVERS / "authorization.py"),
                f"{ports[0]}",
                log=said,
                PYTHONPATH=f"{_PACKAGES}",
            )
        )
        guarded = stack.enter_context(
            _running(server, f"{ports[1]}", issuer, f"{notes}", log=tmp_path / "guarded.log")
        )
        assert _pipe(authorization.stdout).readline() == "serving\n", said.read_text()
        wait_for_port(ports[1], guarded)
        yield Elsewhere(f"http://127.0.0.1:{ports[1]}/mcp", issuer, notes, said, authorization)


def _log_in(host: ToolHost, server: str) -> dict[str, list[str]]:
    """Log in as Ada; return what the address asked for."""
    host.events.clear()
    number = host.send("login", server=server, timeout=300)
    address = str(host.event("login")["address"])
    assert urlsplit(log_in(address, _ADA)).path == "/callback"
    assert host.answer(number) == {"logged_in": True}
    return parse_qs(urlsplit(address).query)


def _secret(host: ToolHost) -> str:
    answer = host.ask("call", server="g", tool="secret", arguments={}, timeout=300)
    return str(answer["content"][0]["text"])


def _is_refused(host: ToolHost) -> None:
    with pytest.raises(Refused) as refused:
        _secret(host)
    assert refused.value.code == "unauthorized", refused.value
    assert refused.value.mend.startswith("lathe tools login g, or give")


def test_a_login_holds_until_it_ends_is_taken_back_or_forgotten(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    file = tmp_path / "state" / "login.json"
    secrets: set[str] = set()

    def tokens() -> dict[str, Any]:
        kept = json.loads(file.read_text())
        found = kept["tokens"] | {"client_secret": kept["client"].get("client_secret")}
        secrets.update(str(found[name]) for name in found if name.endswith(("token", "secret")))
        return kept

    with ToolHost(tmp_path) as host:
        definition: dict[str, Any] = {"url": elsewhere.url, "headers": {}}
        host.ask("define", server="g", definition=definition, login=str(file))
        _is_refused(host)
        assert "/oauth/" not in elsewhere.said.read_text(), "nothing is begun that nobody asked for"
        asked = _log_in(host, "g")
        assert asked["resource"] == [elsewhere.url]
        assert (asked["code_challenge_method"], len(asked["code_challenge"][0])) == (["S256"], 43)
        assert _secret(host) == "xyzzy"
        # What is old is made new before it is sent; the server has forgotten the old one then.
        first = tokens()
        file.write_text(json.dumps({**first, "ends": 1.0}))
        assert _secret(host) == "xyzzy"
        second = tokens()["tokens"]["access_token"]
        assert second != first["tokens"]["access_token"]
        assert not elsewhere.counts(first["tokens"]["access_token"])
        # Tokens for somebody else are refused, tried once more with a new one, and no third time.
        (elsewhere.notes / "elsewhere").touch()
        before = elsewhere.refused()
        _is_refused(host)
        assert elsewhere.refused() - before <= 2
        (elsewhere.notes / "elsewhere").unlink()
        assert _secret(host) == "xyzzy", "that has not cost the login"
        tokens()
        elsewhere.expire()
        _is_refused(host)
        _log_in(host, "g")
        assert _secret(host) == "xyzzy"
        last = tokens()["tokens"]["access_token"]
        assert elsewhere.counts(last)
        assert host.ask("logout", server="g") == {"was": True, "revoked": True}
        assert not elsewhere.counts(last)
        _is_refused(host)
        told = json.dumps(host.events)
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert len(secrets) >= 6
    for secret in secrets:
        assert secret not in told
        assert [each for each in files if secret.encode() in each.read_bytes()] == []


def test_tokens_that_are_taken_back_elsewhere_end_a_login_and_others_resources_begin_none(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    file = tmp_path / "login.json"
    with ToolHost(tmp_path) as host:
        definition: dict[str, Any] = {"url": elsewhere.url, "headers": {}}
        host.ask("define", server="g", definition=definition, login=str(file))
        _log_in(host, "g")
        kept = json.loads(file.read_text())
        # Another program of the user's takes them back.
        other = tmp_path / "other.json"
        other.write_text(json.dumps(kept))
        host.ask("define", server="o", definition=definition, login=str(other))
        assert host.ask("logout", server="o") == {"was": True, "revoked": True}
        _is_refused(host)
        # One who names a resource of others gets no token for it.
        forged = tmp_path / "forged"
        forged.mkdir()
        (forged / "forged").touch()
        port = free_port()
        words = (str(SERVERS / "guarded_elsewhere.py"), f"{port}", elsewhere.issuer, f"{forged}")
        with _running(*words, log=tmp_path / "forged.log") as server:
            wait_for_port(port, server)
            forgery: dict[str, Any] = {"url": f"http://127.0.0.1:{port}/mcp", "headers": {}}
            host.ask("define", server="f", definition=forgery, login=str(tmp_path / "f.json"))
            with pytest.raises(Refused) as refused:
                host.ask("login", server="f", timeout=300)
        assert refused.value.code == "unauthorized"
        assert "does not match" in refused.value.reason
        assert list(tmp_path.glob("f.json*")) == []
