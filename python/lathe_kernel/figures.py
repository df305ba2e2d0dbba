"""Matplotlib in a kernel: every figure becomes a PNG artifact, at `show` or when its cell ends."""

import importlib.abc
import importlib.machinery
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

BACKEND = "module://lathe_kernel.figure_backend"
RESOLUTION = 150

FigureSink = Callable[[bytes, str | None], None]


class FigurePNG(bytes):
    """A PNG that still knows its figure's title."""

    figure_title: str | None = None


_sinks: list[FigureSink] = []


class _BackendFinder(importlib.abc.MetaPathFinder):
    """Gives matplotlib the kernel's backend the moment it is imported, whoever imports it.

    Not by MPLBACKEND, which programs that the user's code starts would inherit.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "matplotlib":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        loader: Any = spec.loader if spec else None
        if loader is not None:
            execute = loader.exec_module

            def exec_module(module: Any) -> None:
                settle()
                execute(module)
                module.use(BACKEND)

            loader.exec_module = exec_module
        return spec


def settle() -> None:
    """Give matplotlib a folder of settings that is this kernel's own, with the list of fonts.

    Set-up made the list; where there is none, matplotlib looks for fonts, and it does so again
    when one of the list is gone. A subtask's kernel cannot reach the template's folder.
    """
    chosen = os.environ.get("MPLCONFIGDIR")
    if not chosen:
        return
    own = tempfile.gettempdir()
    folder = chosen if Path(chosen).is_relative_to(own) else str(Path(own, "matplotlib"))
    os.environ["MPLCONFIGDIR"] = folder
    made = Path(sys.prefix, "share", "lathe", "matplotlib")
    if made.is_dir() and not Path(folder).is_dir():
        shutil.copytree(made, folder)


def choose_backend() -> None:
    """Make `BACKEND` matplotlib's, now or as soon as it is imported."""
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.use(BACKEND)
    else:
        sys.meta_path.insert(0, _BackendFinder())


def deliver_to(sink: FigureSink) -> None:
    """Name who takes the figures: called with the PNG and the figure's title."""
    _sinks[:] = [sink]


def save_open() -> None:
    """Hand every open figure to the sink, in order, and close it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        try:
            png = rendered(figure)
        finally:
            pyplot.close(figure)
        if png is not None:
            for sink in _sinks:
                sink(png, png.figure_title)


def rendered(figure: Any) -> FigurePNG | None:
    """Return the figure as PNG, or None for a figure with nothing on it."""
    if not figure.axes and not figure.lines and not figure.texts and not figure.images:
        return None
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=RESOLUTION, bbox_inches="tight")
    png = FigurePNG(buffer.getvalue())
    png.figure_title = title(figure)
    return png


def title(figure: Any) -> str | None:
    """Return what the figure calls itself: its label, its title, or its first axes' title."""
    candidates = [figure.get_label(), figure.get_suptitle()]
    candidates += [axes.get_title() for axes in figure.axes]
    return next((str(text) for text in candidates if text), None)


def display(figure: Any) -> FigurePNG | None:
    """Render a figure that is displayed on purpose, and close it so that it is not saved again."""
    png = rendered(figure)
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and getattr(figure, "number", None) is not None:
        pyplot.close(figure)
    return png
