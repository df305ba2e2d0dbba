import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lathe_bench import document, options, processes
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor
from lathe_bench.floors import floors
from lathe_bench.handed import EXPECTED, made, total
from lathe_bench.lathe_side import LatheSide
from lathe_bench.peers.__main__ import Served
from lathe_bench.peers.multiprocessing_peer import PickledPeer, SharedMemoryPeer
from lathe_bench.run import Measurement, Run
from lathe_bench.sets import SETS, names

PYTHON = Path(__file__).resolve().parents[1]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lathe_bench", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PYTHON)},
    )


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (["kernel", "--only", "roundtrip,speed"], "no figure is named speed"),
        (["kernel", "--fast"], "--fast"),
        (["everything"], "everything"),
        (["kernel", "--write-docs", "--quick"], "--write-docs needs the whole run"),
    ],
)
def test_a_wrong_option_is_told_in_one_line(wrong: list[str], word: str) -> None:
    done = bench("program", "root", *wrong)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert word in done.stderr


def test_a_peer_that_is_not_installed_is_named_before_anything_is_measured() -> None:
    wanted = [Measurement(("a",), floors, packages=("json", "no_such_peer"))]
    with pytest.raises(BenchError, match="not installed: no_such_peer; run scripts/setup bench"):
        options.check(wanted)


def test_too_little_shared_memory_is_told_with_what_is_needed() -> None:
    with pytest.raises(BenchError, match=r"/dev/shm has .* free and a needs 1048576: free some"):
        options.check([Measurement(("a",), floors, shared_memory=1 << 50)])


def test_each_figure_stands_in_a_set_once() -> None:
    for name, measurements in SETS.items():
        listed = [each for measurement in measurements for each in measurement.names]
        assert sorted(listed) == sorted(names(name))


def test_ctrl_c_ends_all_that_was_started_orphans_too(tmp_path: Path) -> None:
    # Stands for lathe-bench: starts a process that outlives it, and never answers.
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nsetsid sleep 1000 &\necho $! >{tmp_path}/orphan\nsleep 1000\n")
    program.chmod(0o755)
    running = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "lathe_bench",
            program,
            tmp_path,
            "kernel",
            "--only",
            "isolated_kernel",
        ],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PYTHON)},
        start_new_session=True,
    )
    orphan = tmp_path / "orphan"
    deadline = time.monotonic() + 60
    while not (orphan.exists() and orphan.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, words = running.communicate(timeout=60)
    assert running.returncode == 130
    assert words.endswith("bench: interrupted; everything that was started has been ended\n")
    assert not Path(f"/proc/{orphan.read_text().strip()}").exists()


def test_a_program_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nread line\necho 'no space left' >&2\n")
    program.chmod(0o755)
    with (
        LatheSide(program, tmp_path) as lathe,
        pytest.raises(BenchError, match="ended at step stop: no space left"),
    ):
        lathe.stop()


def test_the_floors_are_measured(tmp_path: Path) -> None:
    run = Run(tmp_path, None, frozenset({"floor_fork"}), True, print)  # pyright: ignore[reportArgumentType]
    found = {each.floor: each.value for each in floors(run)}
    assert found.keys() == {"floor_fork", "floor_socketpair_echo"}
    assert all(0 < value < 10_000 for value in found.values())


def test_memory_is_counted_by_share() -> None:
    own = processes.pss(os.getpid())
    assert own > 1 << 20
    assert processes.pss(2**22 + 1) == 0


@pytest.mark.parametrize("peer", [PickledPeer, SharedMemoryPeer])
def test_a_peer_hands_data_to_each_child(peer: type[PickledPeer | SharedMemoryPeer]) -> None:
    made_peer = peer()
    try:
        made_peer.prepare(2, "array")
        assert made_peer.hand_over(np.arange(10_000.0), 2) == [49_995_000.0] * 2
    finally:
        made_peer.stop()


@pytest.mark.parametrize("kind", ["array", "frame"])
def test_the_sum_of_what_is_handed_over_is_known(kind: str) -> None:
    numbers = 1 << 13
    data = made(kind, numbers)
    assert total(data) == EXPECTED / (1 << 27) * numbers


class Liar:
    def prepare(self, children: int, kind: str) -> None: ...
    def stop(self) -> None: ...
    def hand_over(self, data: object, children: int) -> list[float]:
        return [1.0] * children


def test_a_wrong_sum_is_no_measurement() -> None:
    with pytest.raises(ValueError, match=r"the sums are \[1.0\]"):
        Served(Liar()).step({"step": "hand_over", "count": 1})


def test_a_figure_is_one_json_line_and_less_is_better() -> None:
    figure = Figure("interrupt", 2.0, 25.0, "ipykernel over ipc", "ms")
    assert json.loads(figure.line) == {
        "benchmark": "interrupt",
        "ours": 2.0,
        "theirs": 25.0,
        "peer": "ipykernel over ipc",
        "unit": "ms",
        "ratio": 12.5,
    }
    unable = Figure("interrupt_vs_xeus", 2.0, None, "xeus-python", "ms", "it cannot")
    assert json.loads(unable.line) | {"note": ""} == {
        "benchmark": "interrupt_vs_xeus",
        "ours": 2.0,
        "theirs": None,
        "peer": "xeus-python",
        "unit": "ms",
        "ratio": None,
        "note": "",
    }


def test_the_document_gets_the_figures_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(
        "before\n<!-- figures of kernel: begin -->\nold\n<!-- figures of kernel: end -->\nafter\n"
    )
    lines = [
        Figure("interrupt", 2.04, 250.4, "ipykernel", "ms"),
        Figure("other", 2, None, "xeus", "ms", "it cannot"),
        Floor("floor_fork", 0.5, "ms", "a fork"),
    ]
    document.write(page, "kernel", "2 cores", lines)
    assert page.read_text() == (
        "before\n<!-- figures of kernel: begin -->\n"
        "2 cores\n\n"
        "| figure | ours | theirs | peer | ratio |\n| --- | --- | --- | --- | --- |\n"
        "| `interrupt` (ms) | 2.04 | 250 | ipykernel | 123 |\n"
        "| `other` (ms) | 2 | — | xeus: it cannot | — |\n\n"
        "| floor | value | what |\n| --- | --- | --- |\n"
        "| `floor_fork` (ms) | 0.5 | a fork |\n"
        "<!-- figures of kernel: end -->\nafter\n"
    )
    with pytest.raises(BenchError, match="has no marks for the figures of bench"):
        document.write(page, "bench", "2 cores", lines)
