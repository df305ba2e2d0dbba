"""An authorization server that others wrote (Canaille), with one user: `authorization.py PORT`.

Everything is in memory. Anybody may register a client. A line `expire` on standard input ends all
tokens, as time does, and is answered with a line.
"""

import importlib
import os
import sys
import threading
from typing import Any

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

PORT = int(sys.argv[1])
CONFIGURATION = {
    "SECRET_KEY": "of a test",
    "SERVER_NAME": f"127.0.0.1:{PORT}",
    "PREFERRED_URL_SCHEME": "http",
    "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False, "TIMEZONE": "UTC"},
    "CANAILLE_OIDC": {"DYNAMIC_CLIENT_REGISTRATION_OPEN": True, "REQUIRE_NONCE": False},
}
ADA = {
    "user_name": "ada",
    "family_name": "Lovelace",
    "emails": ["ada@example.org"],
    "password": "analytical",
}


def main() -> None:
    """Serve until killed."""
    # Not among the packages that types are checked with.
    models: Any = importlib.import_module("canaille.app.models")
    application: Any = importlib.import_module("canaille").create_app(CONFIGURATION)
    backends: Any = importlib.import_module("canaille.backends")
    store: Any = backends.Backend.instance
    with application.app_context():
        store.save(models.User(**ADA))
    serving: Any = importlib.import_module("werkzeug.serving")
    server: Any = serving.make_server("127.0.0.1", PORT, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("serving", flush=True)
    for _line in sys.stdin:
        with application.app_context():
            for token in store.query(models.Token):
                token.lifetime = 0
                store.save(token)
        print("expired", flush=True)


if __name__ == "__main__":
    main()
