"""A server of the SDK whose tokens another program gives: `guarded_elsewhere.py PORT ISSUER NOTES`.

A token counts where the issuer knows its user. NOTES/log has a line for each token that came: how
it ends, and whether it counted. Where NOTES/elsewhere is there, tokens are for somebody else; with
NOTES/forged the server names another resource than itself.
"""

import base64
import json
import sys
from pathlib import Path

import httpx2
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from pydantic import AnyHttpUrl

PORT, ISSUER, NOTES = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
HERE = f"http://127.0.0.1:{PORT}/mcp"


class Tokens:
    """Asks the issuer about each."""

    async def verify_token(self, token: str) -> AccessToken | None:
        async with httpx2.AsyncClient() as http:
            told = await http.get(
                f"{ISSUER}/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}
            )
        counts = told.status_code == 200 and not (NOTES / "elsewhere").exists()
        with (NOTES / "log").open("a") as log:
            log.write(f"{token[-8:]} {'counts' if counts else 'refused'}\n")
        if not counts:
            return None
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return AccessToken(token=token, client_id=claims["aud"][0], scopes=["openid"])


server = MCPServer(
    "guarded",
    token_verifier=Tokens(),
    auth=AuthSettings(
        issuer_url=AnyHttpUrl(ISSUER),
        resource_server_url=AnyHttpUrl(
            HERE.replace("/mcp", "/other") if (NOTES / "forged").exists() else HERE
        ),
        required_scopes=["openid"],
        validate_token_resource=False,
    ),
)


@server.tool()
def secret() -> str:
    """Tell what only those know who are logged in."""
    return "xyzzy"


if __name__ == "__main__":
    server.run("streamable-http", host="127.0.0.1", port=PORT)
