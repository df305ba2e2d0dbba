"""What `save_artifact` accepts, as the bytes of a file."""

import io
import json
import re
from pathlib import Path
from typing import Any

from lathe_kernel.errors import invalid
from lathe_kernel.figures import RESOLUTION
from lathe_kernel.packages import is_pandas, loaded
from lathe_kernel.plain import plain

_FIGURE_SUFFIXES = (".png", ".svg", ".pdf", ".jpg", ".jpeg")
MAXIMUM_BYTES = 256 * 1024 * 1024


def file_name(name: str) -> str:
    """Return `name` as a plain file name with a suffix.

    Raises:
        LatheError: it has no suffix, or is a path.
    """
    if not re.fullmatch(r"[\w][\w .()+-]{0,99}", name) or not Path(name).suffix:
        raise invalid(
            f"{name!r:.120} is not a file name; use letters, digits, hyphens and a suffix, such as "
            '"delays-by-month.csv".'
        )
    return name


def content(name: str, data: Any) -> bytes:
    """Return the bytes of an artifact; the suffix of its name chooses the format of data.

    Raises:
        LatheError: the data does not fit the suffix, or is too large.
    """
    made = _content(Path(name).suffix.lower(), data)
    if len(made) > MAXIMUM_BYTES:
        raise invalid(f"the artifact is {len(made):,} bytes, more than {MAXIMUM_BYTES:,}.")
    return made


def _content(suffix: str, data: Any) -> bytes:
    if type(data) in (bytes, bytearray, memoryview):
        return bytes(data)
    if isinstance(data, str):
        return data.encode("utf-8", "replace")
    if isinstance(data, Path):
        return _file(data)
    if is_pandas(data, "Series"):
        return _frame(suffix, data.to_frame())
    if is_pandas(data, "DataFrame"):
        return _frame(suffix, data)
    figure = _figure(data)
    if figure is not None:
        if suffix not in _FIGURE_SUFFIXES:
            raise invalid(f"a figure is saved as {', '.join(_FIGURE_SUFFIXES)}, not {suffix}.")
        buffer = io.BytesIO()
        figure.savefig(buffer, format=suffix[1:], dpi=RESOLUTION, bbox_inches="tight")
        return buffer.getvalue()
    if suffix == ".json":
        return json.dumps(plain(data), ensure_ascii=False, indent=2).encode("utf-8", "replace")
    raise invalid(
        f"a {type(data).__name__} cannot be saved as {suffix}; give text, bytes, a DataFrame, a "
        "figure or a Path, or use the suffix .json for plain data."
    )


def _file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise invalid(f"{path} is larger than {MAXIMUM_BYTES:,} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise invalid(f"{path} cannot be read: {error.strerror}") from None


def _frame(suffix: str, frame: Any) -> bytes:
    buffer = io.BytesIO()
    match suffix:
        case ".csv" | ".tsv" | ".txt":
            separator = "," if suffix == ".csv" else "\t"
            return frame.to_csv(sep=separator, index=_has_named_index(frame)).encode(
                "utf-8", "replace"
            )
        case ".parquet":
            frame.to_parquet(buffer)
        case ".json":
            return _encoded(frame.to_json(orient="records", date_format="iso"))
        case ".jsonl":
            return frame.to_json(orient="records", lines=True, date_format="iso").encode(
                "utf-8", "replace"
            )
        case ".html":
            return _encoded(frame.to_html())
        case ".xlsx":
            frame.to_excel(buffer, index=_has_named_index(frame))
        case _:
            raise invalid(
                "a DataFrame is saved as .csv, .tsv, .parquet, .json, .jsonl, .html or .xlsx, "
                f"not {suffix}."
            )
    return buffer.getvalue()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _has_named_index(frame: Any) -> bool:
    return not is_pandas(frame.index, "RangeIndex")


def _figure(data: Any) -> Any:
    module = loaded("matplotlib.figure")
    if module is None:
        return None
    if isinstance(data, module.Figure):
        return data
    owner = getattr(data, "figure", None)
    return owner if isinstance(owner, module.Figure) else None
