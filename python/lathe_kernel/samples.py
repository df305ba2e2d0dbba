"""Small copies of values as the source that makes them again, or as a file beside the tests."""

import datetime
import io
import math
from dataclasses import dataclass
from typing import Any, Final, cast

from lathe_kernel import literals
from lathe_kernel.packages import is_numpy, is_pandas, numpy, pandas
from lathe_library import sensitive

_LONGEST_LITERAL: Final = 2_000
_INLINE_CELLS: Final = 60
_ROWS: Final = 30
_COLUMNS: Final = 40
_ARRAY: Final = 64
_LARGEST_FILE: Final = 64 * 1024


class NotKept(Exception):
    """A value that is not made part of a test, and why."""


@dataclass(frozen=True)
class Sample:
    """A copy of a value: `text` makes it again, or `file` holds it.

    `kind` says how two of them are compared. `is_cut` is true where the value had more rows.
    """

    kind: str
    text: str
    file: bytes = b""
    suffix: str = ""
    is_cut: bool = False


def is_long(value: object) -> bool:
    """Tell whether only some rows of a value are copied."""
    return is_pandas(value, "DataFrame", "Series") and len(cast("Any", value)) > _ROWS


def sample(value: Any, *, is_spread: bool = False, rows: int = _ROWS) -> Sample:
    """Return a copy of a value; of a long table its first rows, or rows from all over it.

    A table is long with more than `rows`; from all over it come 30. Rows from all over see more of
    a table's groups; first rows of several tables are more likely
    to belong together.

    Raises:
        NotKept: there is no small one, or it holds what looks secret or personal.
    """
    if is_pandas(value, "DataFrame"):
        return _frame(value, _rows(value, rows, is_spread=is_spread))
    if is_pandas(value, "Series"):
        return _series(value, _rows(value, rows, is_spread=is_spread))
    if is_numpy(value, "ndarray"):
        return _array(value)
    if is_numpy(value, "generic"):
        value = value.item()
    if is_pandas(value, "Timestamp", "Timedelta"):
        return Sample("plain", f"pd.{type(value).__name__}({str(value)!r})")
    if type(value) in (datetime.date, datetime.datetime, datetime.timedelta):
        return Sample("plain", repr(value))
    if type(value) is float and not math.isfinite(value):
        return Sample("number", f'float("{value}")')
    plain = _plain(value, 0)
    if not literals.is_literal(plain):
        raise NotKept(f"a {type(value).__name__} cannot be written into a test")
    _require_harmless(plain)
    text = literals.literal(plain)
    if len(text) > _LONGEST_LITERAL:
        raise NotKept(f"a {type(value).__name__} is too long to be written into a test")
    return Sample(_kind(plain), text)


def _plain(value: Any, depth: int) -> Any:
    """Return numpy's numbers within lists, tuples and dicts as Python's."""
    if depth > 8:
        raise NotKept("a value is nested too deeply")
    if is_numpy(value, "generic"):
        return value.item()
    if type(value) in (list, tuple):
        members = cast("list[Any]", value)
        if len(members) > 500:
            raise NotKept(f"a {type(value).__name__} of {len(members)} members is too long")
        return type(value)(_plain(one, depth + 1) for one in members)
    if type(value) is dict:
        pairs = cast("dict[Any, Any]", value)
        if len(pairs) > 500:
            raise NotKept(f"a dict of {len(pairs)} keys is too long")
        return {_plain(k, depth + 1): _plain(one, depth + 1) for k, one in pairs.items()}
    if isinstance(value, str) and len(value) > _LONGEST_LITERAL:
        raise NotKept("a text is too long to be written into a test")
    return value


def _kind(value: Any) -> str:
    if type(value) is float:
        return "number"
    return "nested" if _has_float(value) else "plain"


def _has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_float(one) for one in cast("dict[Any, Any]", value).values())
    if isinstance(value, list | tuple):
        return any(_has_float(one) for one in cast("list[Any]", value))
    return type(value) is float


def _require_harmless(value: Any, name: str = "") -> None:
    if reason := sensitive.reason(value, name):
        raise NotKept(reason)


def _array(value: Any) -> Sample:
    if value.dtype.kind not in "biuf" or value.ndim > 2 or value.size > _ARRAY:
        raise NotKept(f"an array of {value.dtype} and shape {value.shape} is too large or strange")
    text = _members(cast("list[Any]", value.tolist()))
    return Sample("array", f'np.array({text}, dtype="{value.dtype}")')


def _rows(value: Any, rows: int, *, is_spread: bool) -> Any:
    if not is_spread or not is_long(value):
        return value.head(rows)
    part = value.iloc[numpy().linspace(0, len(value) - 1, _ROWS).astype(int)]
    # Where rows are only counted, their numbers say nothing.
    return part.reset_index(drop=True) if _has_plain_index(value) else part


def _series(value: Any, part: Any) -> Sample:
    cut = len(value) > len(part)
    name = str(value.name or "")
    _require_harmless(_strings(part), name)
    text = _column(part)
    if text is None or not _has_plain_index(part):
        raise NotKept(f"a Series of {value.dtype} with its index cannot be written into a test")
    named = "" if value.name is None else f", name={value.name!r}"
    dtype = (
        "" if part.dtype.kind in "ifb" and len(part) and not named else f', dtype="{part.dtype}"'
    )
    return Sample("series", f"pd.Series({text}{dtype}{named})", is_cut=cut)


def _frame(value: Any, part: Any) -> Sample:
    if value.shape[1] > _COLUMNS:
        raise NotKept(f"a table of {value.shape[1]} columns is too wide for a test")
    cut = len(value) > len(part)
    for name in part.columns:
        _require_harmless(_strings(part[name]), str(name))
    if part.size <= _INLINE_CELLS and _has_plain_index(part):
        small = _inline(part)
        if small is not None:
            return Sample("frame", small, is_cut=cut)
    return _in_file(part, cut)


def _inline(part: Any) -> str | None:
    columns: list[str] = []
    for place, name in enumerate(part.columns):
        column = part.iloc[:, place]
        text = _column(column)
        if text is None or not isinstance(name, str) or len(part) == 0:
            return None
        if column.dtype != pandas().Series(column.tolist()).dtype:
            text = f'pd.Series({text}, dtype="{column.dtype}")'
        columns.append(f"{literals.literal(name)}: {text}")
    return f"pd.DataFrame({{{', '.join(columns)}}})"


def _in_file(part: Any, cut: bool) -> Sample:
    """Return a table as CSV where that gives the same table again, else as Parquet."""
    if _has_plain_index(part):
        text = part.to_csv(index=False)
        try:
            pandas().testing.assert_frame_equal(pandas().read_csv(io.StringIO(text)), part)
            return _bounded(Sample("frame", "pd.read_csv", text.encode(), ".csv", cut))
        except (AssertionError, ValueError, TypeError):
            pass
    buffer = io.BytesIO()
    try:
        part.to_parquet(buffer)
    except Exception as error:
        raise NotKept(f"a table cannot be written as a file ({type(error).__name__})") from None
    return _bounded(Sample("frame", "pd.read_parquet", buffer.getvalue(), ".parquet", cut))


def _bounded(made: Sample) -> Sample:
    if len(made.file) > _LARGEST_FILE:
        raise NotKept(f"a table of {len(made.file)} bytes is too large for a test")
    return made


def _has_plain_index(value: Any) -> bool:
    index = value.index
    return is_pandas(index, "RangeIndex") and index.start == 0 and index.step == 1


def _column(column: Any) -> str | None:
    kind = column.dtype.kind
    if kind in "ifb":
        return _members(cast("list[Any]", column.tolist()))
    if kind == "M" and getattr(column.dtype, "tz", None) is None:
        members = ", ".join("None" if pandas().isna(one) else repr(str(one)) for one in column)
        return f"pd.to_datetime([{members}])"
    if kind == "O":
        values = cast("list[Any]", column.tolist())
        if all(one is None or type(one) is str for one in values):
            return literals.literal(values)
    return None


def _members(values: list[Any]) -> str:
    parts = [
        _members(cast("list[Any]", one))
        if isinstance(one, list)
        else repr(one)
        if not isinstance(one, float) or math.isfinite(one)
        else f'float("{one}")'
        for one in values
    ]
    return f"[{', '.join(parts)}]"


def _strings(column: Any) -> list[Any]:
    kind = column.dtype.kind
    return [str(one) for one in column.tolist()] if kind in "OiuSU" else []
