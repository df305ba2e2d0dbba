"""Lathe's end of a kernel, for tests: real frames to a real forked process."""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import wire

START, RUN, REPLY, INSPECT, STOP, EXAMINE = 16, 17, 18, 19, 20, 24
STARTED, FINISHED, STATE, ARTIFACT, CALL, EXAMINED = 32, 33, 34, 35, 36, 40

# What a host call is answered with: a payload and descriptors.
Answer = tuple[dict[str, Any], Sequence[int]]
Handler = Callable[[dict[str, Any], list[int]], Answer]


@dataclass
class Artifact:
    payload: dict[str, Any]
    content: bytes


@dataclass
class Ran:
    payload: dict[str, Any]
    stdout: str
    stderr: str
    artifacts: list[Artifact]
    calls: list[tuple[str, dict[str, Any]]]

    @property
    def text(self) -> str:
        return self.payload["result"]["text"]

    @property
    def error(self) -> dict[str, str]:
        return self.payload["error"]

    def variable(self, name: str) -> dict[str, Any]:
        (found,) = [v for v in self.payload["variables"]["items"] if v["name"] == name]
        return found


class Template:
    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "MPLBACKEND": "Agg",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "JE_ARROW_MALLOC_CONF": "background_thread:false",
        }
        program = Path(__file__).parent / "template_process.py"
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(program), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment,
            cwd="/tmp",
        )
        theirs.close()
        self.control = ours
        _, _, payload, _ = wire.receive(ours)
        self.ready = json.loads(payload)

    def kernel(self, folder: Path) -> "Kernel":
        ours, theirs = socket.socketpair()
        output, error = os.pipe(), os.pipe()
        request = json.dumps({"folder": str(folder)}).encode()
        wire.send(self.control, 2, 0, request, [theirs.fileno(), output[1], error[1]])
        theirs.close()
        os.close(output[1])
        os.close(error[1])
        _, _, payload, _ = wire.receive(self.control)
        return Kernel(ours, output[0], error[0], json.loads(payload)["pid"])

    def close(self) -> None:
        self.control.close()
        self.process.wait(10)


@dataclass
class Kernel:
    channel: socket.socket
    output: int
    error: int
    pid: int
    handlers: dict[str, Handler] = field(default_factory=dict[str, Handler])
    cell: int = 0

    def start(
        self, role: str = "session", descriptors: Sequence[int] = (), **rest: Any
    ) -> dict[str, Any]:
        payload: dict[str, Any] = {"role": role, "name": "test", "agent": None}
        payload |= {"inputs": [], "slices": []} | rest
        return self.exchange(START, payload, STARTED, descriptors).payload

    def run(self, code: str, *, interrupt_after: float | None = None) -> Ran:
        self.cell += 1
        payload = {"cell": self.cell, "code": code}
        ran = self.exchange(RUN, payload, FINISHED, interrupt_after=interrupt_after)
        assert ran.payload["cell"] == self.cell
        return ran

    def ok(self, code: str) -> Ran:
        ran = self.run(code)
        assert ran.payload["status"] == "ok", ran.error["traceback"]
        return ran

    def inspect(self) -> dict[str, Any]:
        return self.exchange(INSPECT, {}, STATE).payload

    def examine(self, **proposal: Any) -> dict[str, Any]:
        payload: dict[str, Any] = {"kind": "function", "seconds": 30, "mutants": 0, "fixtures": {}}
        return self.exchange(EXAMINE, payload | proposal, EXAMINED).payload

    def exchange(
        self,
        kind: int,
        payload: dict[str, Any],
        expected: int,
        descriptors: Sequence[int] = (),
        interrupt_after: float | None = None,
    ) -> Ran:
        wire.send(self.channel, kind, 0, json.dumps(payload).encode(), descriptors)
        streams = {self.output: bytearray(), self.error: bytearray()}
        artifacts: list[Artifact] = []
        calls: list[tuple[str, dict[str, Any]]] = []
        due = None if interrupt_after is None else time.monotonic() + interrupt_after
        deadline = time.monotonic() + 60
        with selectors.DefaultSelector() as selector:
            for one in (self.channel, self.output, self.error):
                selector.register(one, selectors.EVENT_READ)
            while True:
                now = time.monotonic()
                assert now < deadline, "the kernel did not answer in time"
                if due is not None and now >= due:
                    os.kill(self.pid, signal.SIGINT)
                    due = None
                events = selector.select(0.02 if due is not None else 1)
                ready = [key.fileobj for key, _ in events]
                for one in (self.output, self.error):
                    if one in ready:
                        streams[one] += os.read(one, 1 << 16)
                if self.channel not in ready:
                    continue
                got, call, body, received = wire.receive(self.channel)
                message = json.loads(body)
                if got == ARTIFACT:
                    artifacts.append(Artifact(message, read_whole(received[0])))
                elif got == CALL:
                    calls.append((message["name"], message["arguments"]))
                    self._answer(call, message, received)
                else:
                    assert got == expected
                    break
        for one in streams:
            streams[one] += drained(one)
        texts = [bytes(streams[one]).decode() for one in (self.output, self.error)]
        return Ran(message, texts[0], texts[1], artifacts, calls)

    def _answer(self, call: int, message: dict[str, Any], received: list[int]) -> None:
        handler = self.handlers.get(message["name"])
        if handler is None:
            answer: Answer = ({"error": {"code": "unknown_call", "reason": message["name"]}}, [])
        else:
            answer = handler(message["arguments"], received)
        payload, descriptors = answer
        if payload.get("never"):
            return
        wire.send(self.channel, REPLY, call, json.dumps(payload).encode(), descriptors)

    def stop(self) -> None:
        wire.send(self.channel, STOP, 0, b"{}", [])
        self.close()

    def close(self) -> None:
        self.channel.close()
        os.close(self.output)
        os.close(self.error)


def read_whole(descriptor: int) -> bytes:
    with open(descriptor, "rb") as file:
        return file.read()


def drained(descriptor: int) -> bytes:
    os.set_blocking(descriptor, False)
    content = bytearray()
    try:
        while data := os.read(descriptor, 1 << 16):
            content += data
    except BlockingIOError:
        pass
    finally:
        os.set_blocking(descriptor, True)
    return bytes(content)
