import json
import re
from typing import Any

from conftest import MakeKernel
from kernels import Kernel, Ran

# IPython's own way, for every cell: somebody's transformer must see them all.
ITS_OWN_WAY = "get_ipython().input_transformers_post.append(lambda lines: lines)"

CELLS = [
    "1+1",
    "x = 20\ny = x * 2",
    "x + y",
    "_, __, _4, _i, _ii, _i3",
    "In[2:], Out",
    "'text with \\n in it'",
    "5;",
    "'a;b'",
    "x ; 7",
    "None",
    "",
    "   \n  ",
    "# only a comment",
    "  # an indented comment\nx + 1",
    "\n\nx + 2",
    "print('out')\nimport sys\nprint('err', file=sys.stderr)\nprint('more', end='')",
    "def f(n):\n    '''doc'''\n    return 10 // n\nf(5)",
    "f(0)",
    "try:\n    f(0)\nexcept ZeroDivisionError as e:\n    raise ValueError('bad') from e",
    "import inspect\ninspect.getsource(f)",
    "import traceback\n"
    "try:\n"
    "    f(0)\n"
    "except ZeroDivisionError:\n"
    "    print(traceback.format_exc().count('cell'))",
    "def g:\n    pass",
    "if x:\nprint(1)",
    "print('before')\nreturn 3",
    "print('before')\nraise SystemExit",
    "sys.exit(3)",
    "raise KeyboardInterrupt",
    "exit",
    "exit()",
    "class Odd:\n    def __repr__(self):\n        raise RuntimeError('no repr')\nOdd()",
    "class Page:\n    def _repr_html_(self):\n        return '<b>page</b>'\nPage()",
    "from IPython.display import HTML, display\n"
    "display(HTML('<i>shown</i>'))\n"
    "HTML('<i>result</i>')",
    "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})\ndf",
    "df.describe()",
    "df['missing']",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.title('three')",
    "fig, ax = plt.subplots()\nax.plot([3, 1])\nplt.show()",
    "import warnings\nwarnings.warn('careful')\nwarnings.warn('careful')",
    "warnings.warn('old', DeprecationWarning)",
    "1 is 1",
    "'\\d'",
    "10 ** 5000",
    "10 ** 30, 1.5, True, b'x', {'k': [1]}, {1, 2}, 1j",
    "'x' * 300_000",
    "from __future__ import annotations",
    "def typed(n: NotThere) -> int: ...\ntyped.__annotations__",
    "typed.__annotations__['n']",
    "import asyncio\nawait asyncio.sleep(0, 'slept')",
    "async def later():\n    return 8",
    "await later()",
    "[await later() for _ in range(2)]",
    "%pwd",
    "pwd",
    "who = 3",
    "who",
    "x?",
    "!echo from a program",
    "files = !echo one",
    "list(files)",
    "%%python_is_not_a_magic\n1",
    ">>> x + 3",
    "'''\n>>> in a text\n'''",
    "'''a text\n...\n'''",
    "In [1]: x + 4",
    "/f 2",
    ",print a b",
    "import builtins\n[n in dir(builtins) for n in ('exit', 'quit', 'get_ipython')]",
    "sys.excepthook.__name__, type(sys.displayhook).__name__, __name__",
    "get_ipython().execution_count, get_ipython().last_execution_succeeded",
    "get_ipython().last_execution_result.result",
    "get_ipython().history_manager.input_hist_raw[-3:]",
    "_ = 'mine'",
    "11",
    "_, __, _73",
    "del _",
    "12",
    "_",
    "builtins._ = len",
    "13",
    "'_' in globals(), _",
    "del builtins._",
    "get_ipython().display_formatter.formatters['text/plain'].for_type(\n"
    "    int, lambda n, p, c: p.text('int!'))",
    "14",
    "del get_ipython().display_formatter.formatters['text/plain'].type_printers[int]",
    "get_ipython().events.register('post_run_cell', lambda r: print('after', r.success, r.result))",
    "15",
    "1 / 0",
    "get_ipython().events.register('pre_run_cell', lambda i: print('before', repr(i.raw_cell)))",
    "16",
    "import ast\n"
    "class Double(ast.NodeTransformer):\n"
    "    def visit_Constant(self, node):\n"
    "        return ast.Constant(node.value * 2) if type(node.value) is int else node",
    "get_ipython().ast_transformers.append(Double())",
    "4",
    "get_ipython().ast_transformers.clear()",
    "get_ipython().set_custom_exc(\n"
    "    (LookupError,), lambda s, t, v, b, tb_offset=None: print('custom', v))",
    "{}['k']",
    "get_ipython().input_transformers_cleanup.append(\n"
    "    lambda lines: [l.replace('plus', '+') for l in lines])",
    "1 plus 2",
    "lathe.answer",
    "sorted(globals().keys() - {'_i1', '_1'})",
    "In[2:]",
    "sorted(Out)",
]


def test_every_cell_is_the_same_on_the_direct_lane_and_on_ipythons(
    make_kernel: MakeKernel,
) -> None:
    direct, usual = make_kernel(), make_kernel()
    usual.run(ITS_OWN_WAY)
    direct.run("pass")
    for code in CELLS:
        assert seen(direct, direct.run(code)) == seen(usual, usual.run(code)), code


def test_cells_that_need_none_of_ipython_are_run_without_it(kernel: Kernel) -> None:
    kernel.ok(
        "import sys\ndef lane():\n    frame, names = sys._getframe(), ''\n    while frame:\n"
        "        names += frame.f_code.co_filename\n        frame = frame.f_back\n"
        "    return 'direct' if 'direct.py' in names else 'usual'"
    )
    assert kernel.ok("lane()").text == "'direct'"
    assert kernel.ok("a = 1\nlane()").text == "'direct'"
    assert kernel.ok("lane() if a != 2 else 0").text == "'usual'"
    assert kernel.ok("import asyncio\nawait asyncio.sleep(0)\nlane()").text == "'usual'"
    kernel.ok("hook = lambda *_: None\nget_ipython().events.register('pre_run_cell', hook)")
    assert kernel.ok("lane()").text == "'usual'"
    kernel.ok("get_ipython().events.unregister('pre_run_cell', hook)")
    assert kernel.ok("lane()").text == "'direct'"
    kernel.ok(ITS_OWN_WAY)
    assert kernel.ok("lane()").text == "'usual'"


def test_an_interrupt_ends_a_cell_on_the_direct_lane(kernel: Kernel) -> None:
    ran = kernel.run("import time\nkept = 1\ntime.sleep(30)", interrupt_after=0.3)
    assert ran.payload["status"] == "interrupted"
    assert ran.error["traceback"].splitlines()[1:3] == [
        '  File "cell 1", line 3, in <module>',
        "    time.sleep(30)",
    ]
    assert kernel.ok("kept").text == "1"


def seen(kernel: Kernel, ran: Ran) -> dict[str, Any]:
    """Everything that lathe and its user get of a cell, and the shell's memory of it."""
    payload = ran.payload | {"seconds": 0}
    return {
        "payload": plain(payload),
        "stdout": plain(ran.stdout),
        "stderr": plain(ran.stderr),
        "artifacts": [(plain(one.payload), one.content) for one in ran.artifacts],
        "calls": ran.calls,
        "state": plain(kernel.inspect()),
    }


def plain(value: Any) -> Any:
    """Without what differs from process to process: addresses and folders."""
    return json.loads(re.sub(r"0x[0-9a-f]+|/tmp/[\w/.-]+", "…", json.dumps(value)))
