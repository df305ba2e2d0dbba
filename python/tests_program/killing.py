"""A program that is killed at a moment that its journal tells."""

import os
import signal
import sqlite3
import time
from contextlib import closing, suppress

from tests_program import processes
from tests_program.program import PATIENCE, Done, Lathe


def killed_when(
    lathe: Lathe,
    session: str,
    kind: str,
    count: int,
    *arguments: str,
    number: signal.Signals = signal.SIGKILL,
) -> Done:
    """Run the program until its journal holds so many events of a kind, and kill it.

    With another signal it is left to end, and what it printed is given.
    """
    process = lathe.start(*arguments)
    journal = lathe.session(session) / "journal.sqlite"
    end = time.monotonic() + PATIENCE
    below: list[processes.Process] = []
    while True:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it never came"
        with suppress(sqlite3.Error), closing(_read(journal)) as connection:
            query = "SELECT count(*) FROM event WHERE kind = ?"
            if connection.execute(query, (kind,)).fetchone()[0] >= count:
                break
        time.sleep(0.01)
    below = processes.below(process.pid)
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE)
    assert processes.all_end(below, PATIENCE) == []
    return Done(process.returncode, out, err)


def _read(path: os.PathLike[str]) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
