import base64

from kernels import Kernel

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_lines_of_python_and_of_c_keep_their_order(kernel: Kernel) -> None:
    ran = kernel.ok(
        "import ctypes, os, subprocess, sys\n"
        "libc = ctypes.CDLL(None)\n"
        "print('python 1')\n"
        "libc.puts(b'c 1'); libc.fflush(None)\n"
        "print('python 2', end='')\n"
        "os.write(1, b' and 3\\n')\n"
        "subprocess.run(['echo', 'child'])\n"
        "print('to stderr', file=sys.stderr)\n"
        "libc.puts(b'c 2');"
    )
    assert ran.stdout == "python 1\nc 1\npython 2 and 3\nchild\nc 2\n"
    assert ran.stderr == "to stderr\n"


def test_output_is_there_while_the_cell_still_runs(kernel: Kernel) -> None:
    ran = kernel.run("print('before', end='')\nimport time; time.sleep(30)", interrupt_after=0.3)
    assert ran.stdout == "before"


def test_text_that_is_not_unicode_is_escaped(kernel: Kernel) -> None:
    assert kernel.ok("print('\\udcff é ✓')").stdout == "\\udcff é ✓\n"


def test_input_ends_at_once(kernel: Kernel) -> None:
    assert kernel.run("input('name? ')").error["type"] in ("EOFError", "StdinNotImplementedError")


def test_open_figures_become_artifacts_named_by_their_titles(kernel: Kernel) -> None:
    ran = kernel.ok(
        "import matplotlib.pyplot as plt\n"
        "fig, ax = plt.subplots(); ax.plot([1, 2]); ax.set_title('Délays by Carrier / 2013')\n"
        "plt.figure(); plt.plot([3, 1]);"
    )
    assert [one.payload["name"] for one in ran.artifacts] == [
        "delays-by-carrier-2013.png",
        "cell-1-figure-2.png",
    ]
    assert all(one.content.startswith(b"\x89PNG") for one in ran.artifacts)
    assert all(
        one.payload["mime"] == "image/png" and one.payload["cell"] == 1 for one in ran.artifacts
    )
    assert ran.artifacts[0].payload["title"] == "Délays by Carrier / 2013"
    assert ran.stdout == "[artifact delays-by-carrier-2013.png]\n[artifact cell-1-figure-2.png]\n"
    assert kernel.ok("plt.get_fignums()").text == "[]"


def test_show_saves_a_figure_once_and_names_are_never_used_twice(kernel: Kernel) -> None:
    code = (
        "import matplotlib.pyplot as plt\n"
        "plt.plot([1]); plt.title('same'); plt.show(); plt.close('all')"
    )
    names = [one.payload["name"] for _ in range(2) for one in kernel.ok(code).artifacts]
    assert names == ["same.png", "same-2.png"]
    assert kernel.ok(code).stderr == ""


def test_a_displayed_figure_is_saved_once(kernel: Kernel) -> None:
    ran = kernel.ok(
        "import matplotlib.pyplot as plt\nfig = plt.figure('Loads'); plt.plot([1]); display(fig)"
    )
    assert [one.payload["name"] for one in ran.artifacts] == ["loads.png"]
    ran = kernel.ok("fig2, ax = plt.subplots(); ax.plot([2]); fig2")
    assert [one.payload["name"] for one in ran.artifacts] == ["cell-2-figure-1.png"]


def test_figures_of_a_failed_cell_are_saved_too(kernel: Kernel) -> None:
    ran = kernel.run("import matplotlib.pyplot as plt\nplt.plot([1])\n1/0")
    assert len(ran.artifacts) == 1
    assert ran.error["type"] == "ZeroDivisionError"


def test_displayed_pictures_and_pages_become_artifacts(kernel: Kernel) -> None:
    kernel.ok(f"from IPython.display import Image, HTML, SVG\npng = {_PNG!r}")
    ran = kernel.ok(
        "display(Image(png)); display(HTML('<b>bold</b>')); "
        "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')"
    )
    assert [(one.payload["name"], one.payload["mime"]) for one in ran.artifacts] == [
        ("cell-2-figure-1.png", "image/png"),
        ("cell-2-page-2.html", "text/html"),
        ("cell-2-figure-3.svg", "image/svg+xml"),
    ]
    assert ran.artifacts[0].content == _PNG
    assert ran.artifacts[1].content == b"<b>bold</b>"


def test_a_frame_is_text_unless_it_is_displayed(kernel: Kernel) -> None:
    kernel.ok("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})")
    result = kernel.ok("df")
    assert (result.artifacts, result.text) == ([], "   a\n0  1\n1  2")
    shown = kernel.ok("display(df)")
    assert shown.stdout == "   a\n0  1\n1  2\n[artifact cell-3-page-1.html]\n"
    assert b"<table" in shown.artifacts[0].content


def test_files_for_the_user_are_saved_by_their_suffix(kernel: Kernel) -> None:
    kernel.ok("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})")
    for name, data, start in (
        ("notes.md", "'# Notes'", b"# Notes"),
        ("raw.bin", "b'\\x00\\x01'", b"\x00\x01"),
        ("table.csv", "df", b"a\n1\n2\n"),
        ("table.parquet", "df", b"PAR1"),
        ("facts.json", "{'a': float('nan')}", b'{\n  "a": null\n}'),
    ):
        ran = kernel.ok(f"lathe.save_artifact({name!r}, {data})")
        assert ran.text == repr(name)
        assert ran.stdout == f"[artifact {name}]\n"
        assert ran.artifacts[0].content.startswith(start)
    ran = kernel.run("lathe.save_artifact('../escape.txt', 'x')")
    assert "not a file name" in ran.error["message"]
    assert ".csv" in kernel.run("lathe.save_artifact('t.doc', df)").error["message"]


def test_nothing_is_cut_from_a_large_text_when_signals_come_meanwhile(kernel: Kernel) -> None:
    ran = kernel.ok(
        "import signal, sys\nsignal.signal(signal.SIGALRM, lambda *_: None)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)\n"
        "print('x' * 20_000_000)\nsys.stdout.buffer.write(b'y' * 20_000_000)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)"
    )
    assert ran.stdout == "x" * 20_000_000 + "\n" + "y" * 20_000_000


def test_a_pipe_that_was_made_not_to_wait_takes_everything_too(kernel: Kernel) -> None:
    ran = kernel.ok("import os\nos.set_blocking(1, False)\nprint('x' * 5_000_000)")
    assert ran.stdout == "x" * 5_000_000 + "\n"
