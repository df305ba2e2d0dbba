"""What a soak does, at random: each piece of work knows how it must end."""

import random
from dataclasses import dataclass

SUBTASK = """\
if data["how"] == "crash":
    import os
    os._exit(3)
if data["how"] == "raise":
    raise ValueError("as it was told to")
lathe.answer(float(data["numbers"].sum()))"""
"""The cell of every subtask. One that raises has no second reply, and ends as failed."""


@dataclass(frozen=True)
class Piece:
    """A cell, how it must end, and when the user stops it."""

    kind: str
    code: str
    ends: str = "ok"
    stopped_after: int = 0
    """Milliseconds; 0 lets it run to its end."""
    subtasks: int = 0


_CELLS = (
    "1+1",
    "import numpy as np\nfloat(np.random.default_rng(1).random(200_000).sum()) > 0",
    "import pandas as pd\npd.DataFrame({'a': range(10_000)}).groupby(lambda i: i % 7).sum()",
    "kept = [list(range(100)) for _ in range(2_000)]\nlen(kept)",
    "import tempfile\nwith tempfile.TemporaryFile() as file:\n    _ = file.write(bytes(1_000_000))",
    "print('a line', flush=True)\n!true",
    "import matplotlib.pyplot as plt\nfigure = plt.figure()\nplt.plot([1, 3])\nplt.close(figure)",
)
_FAILING = ("1/0", "raise RuntimeError('told to')", "undefined_name", "def f(: pass")
_CRASHES = (
    "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "import os\nos._exit(7)",
    "import ctypes\nctypes.string_at(0)",
    "import os\nos.abort()",
)
# Not Event().wait(): interrupted within it, Python itself may raise "release unlocked lock".
_ENDLESS = (
    "while True: pass",
    "import time\ntime.sleep(600)",
    "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "while True: print('and on')",
)


def pieces(chance: random.Random) -> Piece:
    """Return the next piece of work; subtasks come apart, at their own pace."""
    kind = chance.choices(
        ("cell", "failing", "flood", "interrupt", "crash"), weights=(50, 12, 8, 20, 6)
    )[0]
    if kind == "failing":
        return Piece(kind, chance.choice(_FAILING), "error")
    if kind == "flood":
        lines = chance.randint(10, 2_000)
        return Piece(kind, f"for _ in range({lines}):\n    print('x' * 9_999)")
    if kind == "interrupt":
        after = chance.randint(1, 400)
        return Piece(kind, chance.choice(_ENDLESS), "interrupted", after)
    if kind == "crash":
        return Piece(kind, chance.choice(_CRASHES), "died")
    return Piece(kind, chance.choice(_CELLS))


def delegation(chance: random.Random, most: int = 16) -> Piece:
    """Return a delegation whose subtasks sum their slices, crash or raise, and are all told."""
    count = chance.randint(1, most)
    ends = chance.choices(("sum", "crash", "raise"), weights=(90, 5, 5), k=count)
    numbers = chance.choice((10, 1_000, 100_000, 1_000_000))
    code = f"""\
import numpy as np
numbers = np.ones({numbers})
ends = {ends!r}
outcomes = lathe.delegate_each(
    "add them up", [{{"how": how, "numbers": numbers}} for how in ends], parallel=8
)
told = [(o.status, o.value) for o in outcomes]
wanted = [("complete", {numbers}.0) if how == "sum" else ("failed", None) for how in ends]
assert told == wanted, [(o.status, o.value, o.reason) for o in outcomes]"""
    return Piece("delegation", code, subtasks=count)
