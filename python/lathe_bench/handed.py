"""The gigabyte that is handed over, made and summed by the same code on every side.

Kernels of Lathe import it too.
"""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

NUMBERS = 1 << 27
_COLUMNS = 8
EXPECTED = NUMBERS // 1024 * (1023 * 512.0)
"""The sum of the gigabyte: exact in float64, in whatever order it is summed."""


def made(kind: str, numbers: int = NUMBERS) -> Any:
    """Return a new gigabyte: an `array` of float64, or a `frame` of Arrow-backed columns."""
    if kind == "array":
        return _numbers(numbers)
    arrow: Any = pa
    # Columns of other values each: what is equal would be handed over once.
    columns = (arrow.array(_numbers(numbers // _COLUMNS, first)) for first in range(_COLUMNS))
    return pd.DataFrame(
        {f"c{index}": pd.arrays.ArrowExtensionArray(column) for index, column in enumerate(columns)}
    )


def total(data: Any) -> float:
    """Return the sum of all that is in it: every byte is read once."""
    return float(np.asarray(data.sum(), dtype="float64").sum())


def _numbers(count: int, first: int = 0) -> Any:
    return np.tile(np.roll(np.arange(1024.0), -first), count // 1024)
