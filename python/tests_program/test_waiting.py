"""What lathe costs while it waits for a model."""

import os
import signal
import time
from pathlib import Path

from tests_program.endpoint import ModelServer, Silence
from tests_program.program import Lathe

_TICKS = os.sysconf("SC_CLK_TCK")


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def test_waiting_for_a_reply_takes_no_processor_time(lathe: Lathe) -> None:
    with ModelServer(then=Silence()) as server:
        asking = lathe.having(**server.variables).start("ask", "Wait.", "--model", "openai:gpt-5")
        deadline = time.monotonic() + 60
        while not server.requests:
            assert asking.poll() is None, asking.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(1)
        before = _processor_seconds(asking.pid)
        time.sleep(4)
        used = _processor_seconds(asking.pid) - before
        asking.send_signal(signal.SIGINT)
        asking.communicate(timeout=60)
    # A thread that never sleeps takes a second of each, less on a busy machine.
    assert used < 0.4, f"{used} s of 4"
