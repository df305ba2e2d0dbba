"""Serves one file of weights on loopback, with OpenAI's and Anthropic's wire forms.

Reads one line of JSON from standard input (`model`, `alias`, `key`, `context`, `threads`), writes
one line `{"port": N}` when it is ready, and ends with its parent or its standard input.
"""

from __future__ import annotations

import importlib
import json
import threading
from typing import Any, TypedDict
from urllib.parse import urlsplit

from lathe_models.lifeline import tie_to_parent


class Settings(TypedDict):
    """What the parent asks for."""

    model: str
    alias: str
    key: str
    context: int
    threads: int


def main() -> None:
    """Starts the server, says where it listens, and stays until the parent lets go."""
    settings: Settings = json.loads(tie_to_parent())
    # A compiled module without types; loaded late, so that the lifeline is there before.
    xllamacpp: Any = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.model_alias = {settings["alias"]}
    params.api_keys = [settings["key"]]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = settings["context"]
    params.n_parallel = 1
    params.n_threads_http = 4
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    params.ui = False
    params.offline = True
    params.endpoint_props = True
    params.warmup = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    address: str = server.listening_address
    port = urlsplit(address).port
    print(json.dumps({"port": port}), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
