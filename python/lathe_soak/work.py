"""What a soak does, at random: each piece of work knows how it must end."""

import random
from dataclasses import dataclass

SUBTASK = """\
if data["how"] == "crash":
    import os
    os._exit(3)
if data["how"] == "raise":
    raise ValueError("as it was told to")
if data["how"] == "array":
    lathe.answer(data["numbers"] * 2)
elif data["how"] == "table":
    import pandas as pd
    lathe.answer(pd.DataFrame({"twice": data["numbers"] * 2}))
else:
    lathe.answer(float(data["numbers"].sum()))"""
"""The cell of every subtask. One that raises has no second reply, and ends as failed."""


@dataclass(frozen=True)
class Piece:
    """A cell, how it must end, and when the user stops it; or, with no code, the user's undo."""

    kind: str
    code: str
    ends: str = "ok"
    stopped_after: int = 0
    """Milliseconds; 0 lets it run to its end."""
    subtasks: int = 0

    @property
    def step(self) -> str:
        """What `lathe-bench` calls it."""
        return "attempt" if self.code else "undo"


Story = tuple[Piece, ...]
"""Pieces that belong together, in their order."""


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


def turns(chance: random.Random) -> Story:
    """Return what comes next; subtasks come apart, at their own pace."""
    return stories(chance) if chance.random() < 0.15 else (pieces(chance),)


def delegations(chance: random.Random) -> Story:
    """Return the next delegation: of sums, or of data that comes back."""
    return handovers(chance) if chance.random() < 0.25 else (delegation(chance),)


def pieces(chance: random.Random) -> Piece:
    """Return a piece of work that needs no other."""
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


def stories(chance: random.Random) -> Story:
    """Return cells that go back to what was: by code, by the user, by a death or by a branch."""
    size = chance.choice((10, 100_000, 4_000_000))
    held = f"import numpy as np\nheld = np.ones({size})"
    changed = "held[:] = 2\nmore = [held.copy()]"
    as_before = f"assert float(held.sum()) == {size}, held\nassert 'more' not in globals()"
    kind = chance.choices(("checkpoint", "undo", "death", "branch"), weights=(30, 20, 15, 25))[0]
    # What an earlier story left behind under these names.
    begin = f"globals().pop('more', None)\n{held}"
    if kind == "checkpoint":
        name = chance.choice(("", "'soak'"))
        return (
            Piece(kind, f"{begin}\nmark = lathe.checkpoint({name})\n{changed}"),
            *_between(chance),
            Piece(kind, f"held[:] = 3\nlathe.rollback({name})\nheld[:] = 4"),
            Piece(kind, f"{as_before}\nassert 'mark' not in globals()"),
        )
    if kind == "undo":
        ends = chance.choice(("ok", "error"))
        change = changed + ("\n1/0" if ends == "error" else "")
        return (
            Piece(kind, begin),
            Piece(kind, change, ends),
            Piece(kind, "", "undone"),
            Piece(kind, as_before),
        )
    if kind == "death":
        return (
            Piece(kind, begin),
            Piece(kind, f"{changed}\n{chance.choice(_CRASHES)}", "died"),
            Piece(kind, as_before),
        )
    return _branches(chance, begin, size)


def _between(chance: random.Random) -> Story:
    """Return cells that may come between a checkpoint and going back to it."""
    return tuple(piece for piece in (pieces(chance) for _ in range(chance.randint(0, 3))))


def _branches(chance: random.Random, begin: str, size: int) -> Story:
    codes = {f"{each}": f"held[:] = {each}\nfloat(held.sum())" for each in (5, 4, 6)}
    if chance.random() < 0.3:
        codes["dies"] = chance.choice(_CRASHES)
    if chance.random() < 0.3:
        codes["raises"] = chance.choice(_FAILING)
    kept = chance.choice(("lowest", "highest", None))
    value = {"lowest": 4, "highest": 6, None: 1}[kept]
    return (
        Piece("branch", begin),
        Piece("branch", f"tried = lathe.branch({codes!r}, keep={kept!r})"),
        Piece("branch", f"assert float(held.sum()) == {value * size}, held"),
    )


def handovers(chance: random.Random, most: int = 8) -> Story:
    """Return subtasks that answer with data, which is taken, dropped or forgotten."""
    count = chance.randint(1, most)
    how = chance.choice(("array", "table"))
    ends = chance.choices((how, "crash", "raise"), weights=(90, 5, 5), k=count)
    size = chance.choice((10, 1_000, 1_000_000))
    returns = {"array": "lathe.Array", "table": "lathe.Table"}[how]
    delegate = f"""\
import numpy as np
numbers = np.ones({size})
ends = {ends!r}
slices = [{{"how": how, "numbers": numbers}} for how in ends]
outcomes = lathe.delegate_each("double them", slices, returns={returns}, parallel=8)
told = [o.status for o in outcomes]
assert told == ["complete" if how == {how!r} else "failed" for how in ends], outcomes"""
    take = f"assert all(float(o.value.numpy().sum()) == {2 * size} for o in outcomes if o)"
    drop = "for o in outcomes:\n    if o: o.value.drop()"
    delegated = Piece("data", delegate, subtasks=count)
    kind = chance.choices(("take", "drop", "forget", "back"), weights=(40, 20, 20, 20))[0]
    if kind == "back":
        # What was taken after a checkpoint is gone once the session is back at it, and says so.
        return (
            delegated,
            Piece("data", f"lathe.checkpoint('data')\n{chance.choice((take, drop))}"),
            Piece("data", "lathe.rollback('data')"),
            Piece("data", _GONE),
        )
    after = {"take": take, "drop": drop, "forget": "del outcomes"}[kind]
    return (delegated, Piece("data", after))


_GONE = """\
for o in outcomes:
    if o:
        try:
            o.value.take()
        except Exception as error:
            assert error.code == "gone", error
        else:
            raise AssertionError("data was handed over twice")"""
