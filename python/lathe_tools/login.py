"""Logging in at servers at an address: OAuth 2.1 with the SDK's client, tokens in a file.

The file lies in the user's own state, for them alone. What it holds is sent to the server that it
was made for and to its authorization server, and to nobody else: no log, no kernel, not lathe.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
from mcp.client.auth import OAuthClientProvider, OAuthFlowError
from mcp.client.auth.utils import issuers_match
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)
from pydantic import AnyUrl, ValidationError

from lathe_tools.callback import Callback

_LARGEST = 256 << 10
# Clocks differ, and a request takes its time: so many seconds before its end a token counts as old.
_EARLY = 30.0
_REVOCATION = 15.0


class LoginFile:
    """What is kept of one login: client, tokens and where they come from."""

    def __init__(self, path: str) -> None:
        """Take the absolute path; nothing is read yet."""
        self.path = Path(path)

    def read(self) -> dict[str, Any]:
        """Return what is kept; nothing where there is no file, or none that can be used."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return {}
        with os.fdopen(descriptor, "rb") as file:
            text = file.read(_LARGEST + 1)
        try:
            kept: object = json.loads(text) if len(text) <= _LARGEST else None
        except ValueError:
            kept = None
        return cast("dict[str, Any]", kept) if isinstance(kept, dict) else {}

    def change(self, **members: Any) -> None:
        """Put members in, whole or not at all; the file is its owner's alone."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "w") as file:
            json.dump({**self.read(), **members}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    def forget(self) -> bool:
        """Delete it; False where there was none."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        return True

    # --- as the SDK wants it --------------------------------------------------------------------

    async def get_tokens(self) -> OAuthToken | None:
        """Return the tokens."""
        return _read(OAuthToken, self.read().get("tokens"))

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Keep tokens, and when they end."""
        ends = time.time() + tokens.expires_in if tokens.expires_in is not None else None
        self.change(tokens=_plain(tokens), ends=ends)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """Return what the authorization server knows lathe as."""
        return _read(OAuthClientInformationFull, self.read().get("client"))

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Keep what the authorization server knows lathe as."""
        self.change(client=_plain(client_info))


class KeptLogin(OAuthClientProvider):
    """Sends the token of a login, made new where it is old. It never begins a login."""

    def __init__(self, url: str, file: LoginFile) -> None:
        """Use the file's login at this address."""
        super().__init__(url, _client("http://127.0.0.1/callback"), file)
        self._file = file
        self._renewing = asyncio.Lock()

    async def _auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        # Another lathe, or `lathe tools login`, may have made it new meanwhile.
        await self._initialize()
        if not self.context.is_token_valid() and self.context.can_refresh_token():
            async with self._renewing:
                await self._initialize()
                if not self.context.is_token_valid():
                    renewed = yield await self._refresh_token()
                    await self._handle_refresh_response(renewed)
        if self.context.current_tokens is not None:
            self._add_auth_header(request)
        sent = self.context.current_tokens
        response = yield request
        if response.status_code != 401 or sent is None or not self.context.can_refresh_token():
            return
        # It was taken back, or its end was not said.
        async with self._renewing:
            await self._initialize()
            if self.context.current_tokens == sent:
                renewed = yield await self._refresh_token()
                if not await self._handle_refresh_response(renewed):
                    # What counts is the server's own refusal, not that of whoever gives tokens.
                    request.headers.pop("Authorization", None)
                    yield request
                    return
        self._add_auth_header(request)
        yield request

    async def revoke(self) -> bool:
        """Have the authorization server take the tokens back; False where it cannot, or will not.

        Raises:
            HTTPError, OAuthFlowError: it could not be asked.
        """
        await self._initialize()
        metadata, tokens = self.context.oauth_metadata, self.context.current_tokens
        if metadata is None or metadata.revocation_endpoint is None or tokens is None:
            return False
        # What makes new ones first; many servers end both with it, others only what they are given.
        given = [token for token in (tokens.refresh_token, tokens.access_token) if token]
        async with httpx2.AsyncClient(timeout=_REVOCATION) as http:
            told = [
                await http.post(str(metadata.revocation_endpoint), data=form, headers=headers)
                for form, headers in map(self._revocation, given)
            ]
        return all(each.status_code == 200 for each in told)

    def _revocation(self, token: str) -> tuple[dict[str, str], dict[str, str]]:
        """Say who asks as in requests for tokens."""
        client = self.context.client_info
        form = {"token": token, "client_id": client.client_id or "" if client else ""}
        return self.context.prepare_token_auth(form)

    async def _initialize(self) -> None:
        await super()._initialize()
        kept = self._file.read()
        ends = kept.get("ends")
        self.context.token_expiry_time = ends - _EARLY if isinstance(ends, int | float) else None
        self.context.oauth_metadata = _read(OAuthMetadata, kept.get("metadata"))
        self.context.protected_resource_metadata = _read(
            ProtectedResourceMetadata, kept.get("resource")
        )


class _Issuer(str):
    """The address of an authorization server as a resource names it.

    One of a host alone may have got a slash at its end on the way, which the server's own name of
    itself lacks: many programs write addresses so. Such two are one server.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and issuers_match(str.__str__(self), str.__str__(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


class _NewLogin(OAuthClientProvider):
    """Begins a login whatever is kept."""

    def __init__(self, url: str, file: LoginFile, callback: Callback, shown: "Shown") -> None:
        async def show(address: str) -> None:
            callback.expect(address)
            await shown(address)

        async def answer() -> AuthorizationCodeResult:
            code, state, issuer = await callback.answer()
            return AuthorizationCodeResult(code=code, state=state, iss=issuer)

        super().__init__(url, _client(callback.address), file, show, answer)
        self._file = file
        self.is_done = False

    def _select_authorization_server(self, advertised: list[str]) -> str:
        return _Issuer(super()._select_authorization_server(advertised))

    async def _handle_token_response(self, response: httpx2.Response) -> None:
        await super()._handle_token_response(response)
        context = self.context
        self._file.change(
            metadata=_plain(context.oauth_metadata),
            resource=_plain(context.protected_resource_metadata),
        )
        self.is_done = True


Shown = Callable[[str], Awaitable[None]]


def new_login(url: str, file: LoginFile, callback: Callback, shown: Shown) -> _NewLogin:
    """Return what logs in at an address as the server there wants it, and keeps that in a new file.

    Raises:
        OAuthFlowError: tokens would travel in the clear.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise OAuthFlowError("the address is not https: tokens would travel in the clear")
    file.forget()
    return _NewLogin(url, file, callback, shown)


async def forgotten(url: str, file: LoginFile) -> dict[str, Any]:
    """Take tokens back where the authorization server can, and delete the file."""
    login = KeptLogin(url, file)
    is_revoked = False
    with suppress(httpx2.HTTPError, OAuthFlowError):
        is_revoked = await login.revoke()
    return {"was": file.forget(), "revoked": is_revoked}


def refusal_of(error: BaseException) -> str | None:
    """Return what went wrong with a login, wherever in an error it is; None where it is another."""
    if isinstance(error, OAuthFlowError):
        return str(error)
    if isinstance(error, BaseExceptionGroup):
        inner = cast("BaseExceptionGroup[BaseException]", error)
        return next((told for one in inner.exceptions if (told := refusal_of(one))), None)
    below = error.__cause__ or error.__context__
    return refusal_of(below) if below is not None else None


def _client(redirect: str) -> OAuthClientMetadata:
    return OAuthClientMetadata(redirect_uris=[AnyUrl(redirect)], client_name="Lathe")


def _plain(model: Any) -> Any:
    return None if model is None else model.model_dump(mode="json", exclude_none=True)


def _read(model: type[Any], value: object) -> Any:
    with suppress(ValidationError):
        return None if value is None else model.model_validate(value)
    return None
