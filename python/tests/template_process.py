"""A template in Python: warm once, fork a kernel for each request on the control socket."""

import functools
import json
import os
import select
import signal
import socket
import sys
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path = [one for one in sys.path if one]

import wire  # noqa: E402

from lathe_kernel import boot  # noqa: E402


def main(control: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    boot.warm()
    while (whole := boot.extend()) is None:
        pass
    wire.send(control, 1, 0, json.dumps(whole).encode(), [])
    while True:
        try:
            _, _, payload, descriptors = wire.receive(control)
        except EOFError:
            return
        request = json.loads(payload)
        identifier = os.fork()
        if identifier == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            kernel(request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        wire.send(control, 3, 0, json.dumps({"pid": identifier}).encode(), [])


def kernel(request: dict[str, str], descriptors: list[int]) -> None:
    channel = socket.socket(fileno=descriptors[0])
    for source, target in zip(descriptors[1:], (1, 2), strict=True):
        os.dup2(source, target)
        os.close(source)
    os.chdir(request["folder"])
    module = types.ModuleType("_lathe_channel")
    module.__dict__["send"] = functools.partial(wire.send, channel)
    module.__dict__["receive"] = functools.partial(wire.receive, channel)
    module.__dict__["waits"] = lambda: bool(select.select([channel], [], [], 0)[0])
    sys.modules["_lathe_channel"] = module
    code = 1
    try:
        boot.serve()
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
