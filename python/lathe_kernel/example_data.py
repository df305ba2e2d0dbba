"""The data of an agent's recorded example: made from a text of literals and the files beside it."""

import datetime
import io
from collections.abc import Sequence
from typing import Any

from lathe_kernel.later_modules import bind_conventional
from lathe_kernel.protocol import Manifest
from lathe_library import examples
from lathe_library.refusals import Refusal


def made(manifest: Manifest, extents: Sequence[memoryview]) -> object:
    """Return the value: the first extent is its text, the others are files by `names`.

    Raises:
        ValueError: the text is more than literals and tables of them; the reason names it.
    """
    names = [str(one) for one in manifest.get("names", [])]
    text = bytes(extents[0]).decode("utf-8")
    files = {name: bytes(one) for name, one in zip(names, extents[1:], strict=True)}
    try:
        examples.require_data(text, files)
    except Refusal as refusal:
        raise ValueError(str(refusal)) from None

    def file(name: str) -> io.BytesIO:
        return io.BytesIO(files[name])

    known: dict[str, Any] = bind_conventional(
        {
            "__builtins__": {"float": float},
            "datetime": datetime,
            "file": file,
        }
    )
    return eval(compile(text, "<example>", "eval"), known)
