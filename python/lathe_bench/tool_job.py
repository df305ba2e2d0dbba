"""Servers that have given definitions, in a folder, and what of them was called."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lathe_bench import definition_server, definitions
from lathe_bench.definitions import Definition


@dataclass(frozen=True)
class ToolJob:
    """The servers as commands; whoever is measured starts them."""

    folder: Path
    servers: Mapping[str, list[str]]

    @staticmethod
    def made(
        folder: Path, tools: Sequence[Definition], answers: Mapping[str, Mapping[str, Any]]
    ) -> "ToolJob":
        """Write what the servers serve; `answers` are structured ones by the name of the tool."""
        results = {name: _result(answer) for name, answer in answers.items()}
        servers: dict[str, list[str]] = {}
        for server, listed in definitions.by_server(tools).items():
            file = folder / f"{server}.json"
            file.write_text(json.dumps({"tools": listed, "answers": results}), encoding="utf-8")
            log = folder / f"{server}.calls"
            servers[server] = [
                sys.executable,
                "-I",
                definition_server.__file__,
                f"{file}",
                f"{log}",
            ]
        return ToolJob(folder, servers)

    def calls(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return the server, tool and arguments of each call that arrived; they are forgotten."""
        found: list[tuple[str, str, dict[str, Any]]] = []
        for log in sorted(self.folder.glob("*.calls")):
            for line in log.read_text(encoding="utf-8").splitlines():
                call = json.loads(line)
                found.append((log.stem, call["tool"], call["arguments"]))
            log.unlink()
        return found


def _result(answer: Mapping[str, Any]) -> dict[str, Any]:
    text = {"type": "text", "text": json.dumps(answer)}
    return {"content": [text], "structuredContent": answer}
