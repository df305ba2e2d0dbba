import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import MakeKernel

PYTHON = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("reached", [True, False])
def test_matplotlib_takes_the_list_of_fonts_that_set_up_made(tmp_path: Path, reached: bool) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from lathe_kernel import figures;"
        "figures.choose_backend(); import matplotlib.pyplot, matplotlib.font_manager"
    )
    own = tmp_path / "own"
    own.mkdir()
    settings = own / "settings" if reached else tmp_path / "of-the-template"
    environment = {"PATH": os.environ["PATH"], "MPLCONFIGDIR": str(settings), "TMPDIR": str(own)}
    subprocess.run([sys.executable, "-I", "-c", code, PYTHON], env=environment, check=True)
    (made,) = Path(sys.prefix, "share", "lathe", "matplotlib").glob("fontlist-*.json")
    taken = (settings if reached else own / "matplotlib") / made.name
    # Its own age is kept: matplotlib would have written a newer one.
    assert taken.stat().st_mtime_ns == made.stat().st_mtime_ns
    assert taken.read_bytes() == made.read_bytes()
    assert settings.exists() == reached


def test_a_kernel_that_waited_for_its_start_begins_like_any_other(make_kernel: MakeKernel) -> None:
    code = "In, Out, get_ipython().execution_count, sorted(globals())"
    waited = make_kernel()
    time.sleep(1)  # It rehearses a cell meanwhile.
    waited.start()
    at_once = make_kernel()
    at_once.start()
    ran = waited.ok(code)
    assert ran.text == at_once.ok(code).text
    assert ran.payload["result"]["name"] == "_1"
    assert (ran.stdout, ran.stderr, ran.artifacts) == ("", "", [])


def test_matplotlib_gets_the_kernels_backend_whoever_imports_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from lathe_kernel import figures;"
        "figures.choose_backend(); import matplotlib.pyplot; print(matplotlib.get_backend())"
    )
    environment = {"PATH": os.environ["PATH"], "MPLCONFIGDIR": str(tmp_path), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, PYTHON],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "module://lathe_kernel.figure_backend"
