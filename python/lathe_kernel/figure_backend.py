"""The matplotlib backend of a kernel: Agg, whose `show` saves the figures as artifacts.

Matplotlib looks `FigureCanvas` and `show` up by name when this module is set as its backend.
"""

from typing import Any

from matplotlib.backends import backend_agg

from lathe_kernel import figures

FigureCanvas: Any = backend_agg.FigureCanvasAgg


def show(*_arguments: object, **_options: object) -> None:
    """Save every open figure as an artifact and close it: what `plt.show()` means here."""
    figures.save_open()
