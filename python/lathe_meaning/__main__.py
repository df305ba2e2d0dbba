"""Answers lines of JSON on standard input, until it ends: texts in, vectors out.

`__main__.py prepare` only makes what it loads from: nothing where that is there.

{"texts": ["…"]}  →  {"vectors": ["BASE64 of 384 signed bytes"]}

The first line is its own: {"model": NAME, "dimensions": 384, "network": false}, or
{"missing": REASON} and the end.
"""

import base64
import gc
import json
import sys
from pathlib import Path
from typing import Any, cast

# Run by path, in isolated mode: the package is found beside this file.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lathe_meaning.confine import confine

_MAXIMUM_LINE = 1 << 20


def main() -> int:
    """Serve until standard input ends."""
    if sys.argv[1:] == ["prepare"]:
        return _prepare()
    is_alone = confine()
    # Loads what starts threads: only now.
    from lathe_meaning.model import DIMENSIONS, NAME, MissingModel, Model

    gc.disable()
    try:
        model = Model()
    except MissingModel as missing:
        _say({"missing": str(missing)})
        return 1
    gc.freeze()
    gc.enable()
    _say({"model": NAME, "dimensions": DIMENSIONS, "network": not is_alone})
    while line := sys.stdin.buffer.readline(_MAXIMUM_LINE + 1):
        request: object = json.loads(line)
        texts = cast("dict[str, Any]", request)["texts"]
        vectors = [base64.b64encode(model.vector(str(text))).decode() for text in texts]
        _say({"vectors": vectors})
    return 0


def _prepare() -> int:
    from lathe_meaning.model import MissingModel, prepare

    try:
        prepare()
    except MissingModel as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


def _say(value: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
