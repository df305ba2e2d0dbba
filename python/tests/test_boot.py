import os
import subprocess
import sys
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[1]


def warm(settings: Path) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); from lathe_kernel import boot; boot.warm()"
    environment = {"PATH": os.environ["PATH"], "MPLCONFIGDIR": str(settings)}
    subprocess.run([sys.executable, "-I", "-c", code, PYTHON], env=environment, check=True)


def test_the_template_takes_the_list_of_fonts_that_set_up_made(tmp_path: Path) -> None:
    (made,) = Path(sys.prefix, "share", "lathe", "matplotlib").glob("fontlist-*.json")
    warm(tmp_path)
    # Its own age is kept: matplotlib would have written a newer one.
    assert (tmp_path / made.name).stat().st_mtime_ns == made.stat().st_mtime_ns
    assert (tmp_path / made.name).read_bytes() == made.read_bytes()
