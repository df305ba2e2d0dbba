"""Values as JSON: what answers, arguments and outcomes are made of."""

import dataclasses
import datetime
import decimal
import enum
import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, cast

from lathe_kernel.errors import invalid
from lathe_kernel.packages import is_numpy, is_pandas, loaded
from lathe_kernel.protocol import MAXIMUM_DEPTH

_MAXIMUM_ROWS = 1_000
# Room for the frame's own objects around a value.
_DEPTH = MAXIMUM_DEPTH - 6


def plain(value: object) -> Any:
    """Return a value as JSON's types: NaN and NaT become null, dates ISO text.

    Raises:
        LatheError: a value that JSON cannot hold; the reason names the mend.
    """
    return _plain(value, 0)


def _plain(value: object, depth: int) -> Any:
    if depth > _DEPTH:
        raise invalid("the value is nested too deeply; make it flatter.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return _plain(value.value, depth)
    if isinstance(value, str | int):
        return str(value) if isinstance(value, str) else int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return _object(cast("Mapping[object, object]", value), depth)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(member, depth + 1) for member in cast("list[object]", value)]
    return _converted(value, depth)


def _converted(value: Any, depth: int) -> Any:
    pandas = loaded("pandas")
    if pandas is not None and (value is pandas.NaT or value is pandas.NA):
        return None
    if is_numpy(value, "generic"):
        return _numpy_scalar(value, depth)
    if is_numpy(value, "ndarray"):
        return _plain(value.tolist(), depth)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, PurePath):
        return str(value)
    if is_pandas(value, "Period", "Interval"):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return _object({one.name: getattr(value, one.name) for one in fields}, depth)
    raise _refusal(value)


def _numpy_scalar(value: Any, depth: int) -> Any:
    pandas = loaded("pandas")
    if value.dtype.kind in "mM":
        if value.dtype.kind == "M" and pandas is not None:
            stamp = pandas.Timestamp(value)
            return None if stamp is pandas.NaT else stamp.isoformat()
        return str(value)
    return _plain(value.item(), depth)


def _object(value: Mapping[object, object], depth: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, member in value.items():
        name = key if isinstance(key, str) else _key(key)
        if name in result:
            raise invalid(f"two keys of an object become the same text {name!r}; rename one.")
        result[name] = _plain(member, depth + 1)
    return result


def _key(key: object) -> str:
    plain_key = _plain(key, 0)
    if isinstance(plain_key, list):
        return ", ".join(str(part) for part in cast("list[object]", plain_key))
    return str(plain_key)


def _refusal(value: Any) -> Exception:
    kind = type(value).__name__
    if is_pandas(value, "DataFrame"):
        if len(value) <= _MAXIMUM_ROWS:
            return invalid('a DataFrame is not JSON; use `.to_dict("records")`.')
        return invalid(
            f"a DataFrame of {len(value):,} rows is not an answer; reduce it to what matters "
            f'(at most {_MAXIMUM_ROWS:,} rows, then `.to_dict("records")`), or save it with '
            '`lathe.save_artifact("name.parquet", frame)`.'
        )
    if is_pandas(value, "Series"):
        return invalid("a Series is not JSON; use `.to_dict()` or `.tolist()`.")
    return invalid(f"a {kind} is not JSON; use numbers, text, lists and dicts.")
