"""Answers lines of JSON on standard input, until it ends: texts in, vectors out.

{"texts": ["…"]}  →  {"vectors": ["BASE64 of 384 signed bytes"]}

The first line is its own: {"model": NAME, "dimensions": 384, "network": false}, or
{"missing": REASON} and the end.
"""

import base64
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
    is_alone = confine()
    # Loads what starts threads: only now.
    from lathe_meaning.model import DIMENSIONS, NAME, MissingModel, Model

    try:
        model = Model()
    except MissingModel as missing:
        _say({"missing": str(missing)})
        return 1
    _say({"model": NAME, "dimensions": DIMENSIONS, "network": not is_alone})
    while line := sys.stdin.buffer.readline(_MAXIMUM_LINE + 1):
        request: object = json.loads(line)
        texts = cast("dict[str, Any]", request)["texts"]
        vectors = [base64.b64encode(model.vector(str(text))).decode() for text in texts]
        _say({"vectors": vectors})
    return 0


def _say(value: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
