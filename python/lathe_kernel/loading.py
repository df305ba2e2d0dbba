"""Data that lies in sealed memory files from the start, so that handing it over writes nothing."""

from pathlib import Path
from typing import Any, cast

from lathe_kernel.errors import invalid
from lathe_kernel.kept import KeptFiles
from lathe_kernel.packages import pandas, pyarrow
from lathe_kernel.slices import freeze, thaw


def parquet(path: str | Path, options: dict[str, Any], store: KeptFiles) -> Any:
    """Return a Parquet file as a DataFrame; `options` are those of `pandas.read_parquet`."""
    return placed(pandas().read_parquet(path, **options), store)


def csv(path: str | Path, options: dict[str, Any], store: KeptFiles) -> Any:
    """Return a CSV file as a DataFrame; `options` are those of `pandas.read_csv`.

    Raises:
        LatheError: the options ask for pieces, which are no data yet.
    """
    made = pandas().read_csv(path, **options)
    if not isinstance(made, pandas().DataFrame):
        raise invalid("`load_csv` reads a file as a whole; read pieces with `pd.read_csv`.")
    return placed(made, store)


def arrow(path: str | Path, store: KeptFiles) -> Any:
    """Return a file or stream of Arrow's IPC format as an Arrow table.

    Raises:
        LatheError: the file is neither.
    """
    module = pyarrow()
    with module.memory_map(str(path)) as source:
        for opened in (module.ipc.open_file, module.ipc.open_stream):
            source.seek(0)
            try:
                return placed(opened(source).read_all(), store)
            except module.ArrowInvalid:
                continue
    raise invalid(f"{path} is no Arrow IPC file; for Parquet use `lathe.load_parquet`.")


def placed(value: Any, store: KeptFiles) -> Any:
    """Return the same data in sealed memory files, mapped privately.

    Raises:
        LatheError: the files do not fit.
    """
    store.begin()
    try:
        made = freeze(value, store)
        result = cast("Any", thaw(made.manifest, made.descriptors))
        store.own([result], made.files)
    finally:
        store.end()
    return result
