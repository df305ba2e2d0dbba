"""The loop of a kernel: one frame in, one answer out, until lathe says stop or is gone."""

import atexit
import inspect
import os
import sys
from typing import Any, cast

from lathe_kernel import (
    arena,
    inputs,
    pressure,
    shell,
    slices,
    streams,
    tracebacks,
    uses,
)
from lathe_kernel.artifacts import Artifacts
from lathe_kernel.capabilities import Library
from lathe_kernel.channel import Channel, close
from lathe_kernel.copying import Copier
from lathe_kernel.figures import deliver_to
from lathe_kernel.interrupts import Interrupts
from lathe_kernel.later_modules import bind_conventional
from lathe_kernel.lathe_module import Lathe, Place, install
from lathe_kernel.protocol import Finished, Frame, Kind, NamedSlice
from lathe_kernel.recording import Recorder
from lathe_kernel.remembering import Memory
from lathe_kernel.variables import Namespace


class Kernel:
    """One kernel: its shell, its channel and what the state says about its variables."""

    def __init__(self, channel: Channel, interrupts: Interrupts, kernel_shell: Any) -> None:
        """Bind the kernel to its channel."""
        self._channel = channel
        self._interrupts = interrupts
        self._shell = kernel_shell
        self._artifacts = Artifacts(channel)
        self._namespace = Namespace()
        self._cell = 0
        self._place = Place()
        self._library = Library(channel)
        self._recorder = Recorder()
        self._lathe = Lathe(
            channel,
            self._artifacts,
            self._library,
            self._place,
            kernel_shell.user_ns,
            self._recorder,
        )
        self._copier = Copier(channel)
        self._memory = Memory(channel, kernel_shell, self._namespace)
        channel.copy_requested = self._copy_in_call
        # Inputs that a saved memory brings.
        self._inputs_to_come: list[inputs.InputSpecification] = []
        self._inputs_bound: set[str] = set()
        deliver_to(self._take_figure)

    def serve(self) -> None:
        """Answer frames until `stop` or the end of the channel."""
        install(self._lathe, self._library)
        arena.begin()
        # By convention every piece of data code begins with these two; small models forget them.
        self._recorder.install(self._shell)
        self._shell.user_ns["lathe"] = self._lathe
        bind_conventional(self._shell.user_ns)
        self._loop()

    def _loop(self) -> None:
        while True:
            try:
                frame = self._channel.receive()
            except EOFError:
                return
            if frame.kind == Kind.STOP:
                return  # `lathe-kernel` runs the exit handlers when it ends the interpreter.
            if frame.kind == Kind.COPY:
                self._copier.copy(frame)
                continue
            if frame.kind == Kind.SAVE:
                self._memory.save(frame)
                continue
            self._copier.thaw()
            with self._channel.answering():
                self._answer(frame)

    def _copy_in_call(self, frame: Frame) -> None:
        """Copy this kernel while a cell waits for lathe; the copy never goes on with that cell.

        Its frames stay below on the copy's stack: to unwind them would run the cell's own code.
        """
        if not self._copier.copy(frame):
            return
        sys.setrecursionlimit(sys.getrecursionlimit() + len(inspect.stack(0)))
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        status = 0
        try:
            self._loop()
            atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
        except BaseException as error:
            print(tracebacks.formatted(error), file=sys.stderr)
            status = 1
        streams.flush()
        os._exit(status)

    def _answer(self, frame: Frame) -> None:
        match frame.kind:
            case Kind.START:
                self._start(frame)
            case Kind.RUN:
                self._run(frame)
            case Kind.RESTORE:
                self._restore(frame)
            case Kind.INSPECT:
                self._channel.send(Kind.STATE, {"variables": self._variables()}, call=frame.call)
            case Kind.EXAMINE:
                # One kernel in many examines, and nothing of others has run in it yet.
                from lathe_kernel import admission

                report = admission.examine(frame.payload)
                self._channel.send(Kind.EXAMINED, report, call=frame.call)
            case kind:
                raise RuntimeError(f"a kernel cannot answer a frame of kind {kind}")

    def _start(self, frame: Frame) -> None:
        start = frame.payload
        problems: list[str] = []
        self._place.role = str(start.get("role"))
        self._place.returns = start.get("returns")
        pressure.harden(frame.descriptors, start.get("limits") or {})
        saved = set(cast("list[str]", start.get("saved_inputs") or []))
        for one in cast("list[inputs.InputSpecification]", start.get("inputs") or []):
            if one["name"] in saved:
                self._inputs_to_come.append(one)
            else:
                self._inputs_bound.add(one["name"])
                self._bind_input(one, problems)
        for one in cast("list[NamedSlice]", start.get("slices") or []):
            self._bind_slice(one, frame.descriptors, problems)
        close(frame.descriptors)
        if start.get("agent"):
            self._prepare(str(start["agent"]), problems)
        payload = {"variables": self._variables(), "problems": problems}
        self._channel.send(Kind.STARTED, payload, call=frame.call)

    def _restore(self, frame: Frame) -> None:
        """Take in parts of a saved memory; once all are there, bring it back."""
        told = self._memory.restore(frame, self._inputs_bound)
        if told is None:
            return
        problems: list[str] = []
        lost = told.get("lost", [])
        names = {one["name"] for one in lost}
        for one in self._inputs_to_come:
            if "refused" not in told and one["name"] in names:
                self._bind_input(one, problems)
        if "lost" in told:
            told["lost"] = [one for one in lost if one["name"] not in self._shell.user_ns]
        payload = {**told, "variables": self._variables(), "problems": problems}
        self._channel.send(Kind.RESTORED, payload, call=frame.call)

    def _bind_input(self, one: inputs.InputSpecification, problems: list[str]) -> None:
        try:
            loaded = inputs.load(one)
        except Exception as error:
            problems.append(inputs.problem(one, error))
            return
        self._shell.user_ns[one["name"]] = loaded.value
        self._namespace.note(one["name"], loaded.note)
        problems.extend(loaded.problems)

    def _bind_slice(
        self, one: NamedSlice, descriptors: tuple[int, ...], problems: list[str]
    ) -> None:
        try:
            value = slices.thaw(one["manifest"], descriptors)
        except Exception as error:
            problems.append(f"the slice `{one['name']}` could not be read: {error}")
            return
        self._shell.user_ns[one["name"]] = value
        self._namespace.note(one["name"], "slice")

    def _prepare(self, agent: str, problems: list[str]) -> None:
        """Import the agent and let it prepare `data`: what it returns takes the place of `data`."""
        namespace = self._shell.user_ns
        try:
            module = self._library.agent(agent)
            self._place.check = getattr(module, "check", None)
            prepare = getattr(module, "prepare", None)
            prepared = prepare(namespace["data"]) if prepare and "data" in namespace else None
            if prepared is not None:
                namespace["data"] = prepared
        except Exception as error:
            problems.append(f"the agent could not prepare its data:\n{tracebacks.formatted(error)}")

    def _run(self, frame: Frame) -> None:
        self._cell = self._recorder.cell = int(frame.payload["cell"])
        code = str(frame.payload["code"])
        uses.begin()
        ran = shell.run(self._shell, code, self._cell, self._artifacts, self._interrupts)
        if ran.status == "ok":
            self._recorder.worked.append(self._cell)
        payload: Finished = {
            "cell": self._cell,
            "status": ran.status,
            "seconds": round(ran.seconds, 6),
            "result": ran.result,
            "error": ran.error,
            "variables": self._variables(),
        }
        if used := uses.told():
            payload["used"] = used
        if called := self._recorder.telling.told():
            payload["calls"] = called
        self._channel.send(Kind.FINISHED, payload, call=frame.call)

    def _variables(self) -> Any:
        described = self._namespace.described(self._shell.user_ns, self._cell)
        if memory := pressure.measured(self._shell.user_ns):
            described["memory"] = memory
        return described

    def _take_figure(self, png: bytes, title: str | None) -> None:
        self._artifacts.send_shown("image/png", png, title)
