"""Serve one framework: a job a line on standard input, its seconds and answer a line on output."""

import asyncio
import importlib
import json
import os
import sys
import time
from typing import Any

from lathe_bench import agent_job
from lathe_bench.agent_peers.port import Side


def main(name: str) -> None:
    """Serve until the input ends."""
    # What a framework prints is no answer.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    side: Side = importlib.import_module(f"lathe_bench.agent_peers.{name}").side()
    for line in sys.stdin:
        try:
            answer = _done(side, json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:2_000]}
        answers.write(json.dumps(answer) + "\n")


def _done(side: Side, order: dict[str, Any]) -> dict[str, Any]:
    began = time.perf_counter()
    match order["step"]:
        case "turns":
            work = side.turns(agent_job.TURNS_TASK, order["model"])
        case "fan_out":
            count = int(order["count"])
            work = side.fan_out(agent_job.fan_out_task(count), count, order["model"])
        case unknown:
            raise ValueError(f"unknown step {unknown}")
    value = asyncio.run(work)
    return {"seconds": [time.perf_counter() - began], "value": value}


if __name__ == "__main__":
    main(sys.argv[1])
