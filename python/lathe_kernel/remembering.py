"""A kernel's part in saving its working memory and bringing it back, as lathe asks for it."""

import contextlib
import io
import os
from typing import Any

from lathe_kernel import memory_pickle
from lathe_kernel.channel import Channel, close
from lathe_kernel.memory_parts import PartWriter
from lathe_kernel.memory_restore import MismatchError, Parts, Restored, Restorer, bring_back
from lathe_kernel.memory_save import Saver
from lathe_kernel.protocol import Frame, Kind
from lathe_kernel.variables import Namespace

_NICE = 5


class Memory:
    """The working memory of one kernel."""

    def __init__(self, channel: Channel, shell: Any, namespace: Namespace) -> None:
        """Bind to the shell whose variables are saved."""
        self._channel = channel
        self._shell = shell
        self._namespace = namespace
        self._parts = Parts()
        memory_pickle.begin()

    def save(self, frame: Frame) -> None:
        """Answer a `save` frame; lathe ends this kernel afterwards."""
        _be_quiet()
        told: Any
        try:
            (pipe,) = frame.descriptors
            writer = PartWriter(pipe, frame.payload["parts"])
            told = Saver(self._shell.user_ns, self._namespace.cells(), writer).save()
        except Exception as error:
            told = {"failed": f"{type(error).__name__}: {error}"[:500]}
        finally:
            close(frame.descriptors)
        self._channel.send(Kind.SAVED, told, call=frame.call)

    def restore(self, frame: Frame, given: set[str]) -> Restored | None:
        """Take in the parts of a `restore` frame; None while more are to come.

        `given` are names of inputs that were bound when the kernel started: those stay.
        """
        self._parts.take(frame.payload["parts"], frame.descriptors)
        if "index" not in frame.payload:
            return None
        silent = io.StringIO()
        try:
            # Code of the session's classes may run here, and its words belong to no cell.
            with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
                return self._brought_back(frame.payload, given)
        except MismatchError as error:
            return {"refused": str(error)}
        except Exception as error:
            return {"refused": f"it cannot be read: {type(error).__name__}: {error}"[:500]}
        finally:
            self._parts.close()

    def _brought_back(self, payload: dict[str, Any], given: set[str]) -> Restored:
        restorer = Restorer(self._shell.user_ns, self._parts, int(payload["index"]))
        cells = {int(number): str(code) for number, code in payload["cells"]}
        told = bring_back(self._shell, restorer, cells, set(payload["pure"]), given)
        self._namespace.recall(self._shell.user_ns, restorer.index["cells"])
        return told


def _be_quiet() -> None:
    """Leave the processors to the session, and print nowhere: nobody reads what is printed."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    for stream in (1, 2):
        with contextlib.suppress(OSError):
            os.dup2(0, stream)
