import inspect
import types
from typing import Any

import pytest
from conftest import MakeKernel
from kernels import Answer, Kernel, Ran

from lathe_kernel import uses

_SOURCES = {
    "halve_number": '''
def halve_number(x: float, then=None) -> float:
    """Return half of a number.

    >>> halve_number(4)
    2.0
    """
    if x < 0:
        raise ValueError("x is 0 or more")
    if x == 3:
        return {}["three"]
    return then(x / 2) if then else x / 2
''',
    "count_down": '''
def count_down(n: int) -> int:
    """Return 0."""
    return count_down(n - 1) if n > 0 else 1 // (n + 1) - 1
''',
    "read_parts": '''
def read_parts(n: int):
    """Give so many parts."""
    for one in range(n):
        yield one
    if n > 5:
        raise RuntimeError("too many")
''',
    "wait_turns": '''
import asyncio

async def wait_turns(n: int) -> int:
    """Return n after as many turns."""
    for _ in range(n):
        await asyncio.sleep(0)
    return await wait_turns(n - 1) if n else 0
''',
    "call_others": '''
from lathe.capabilities import halve_number

def call_others(x: float) -> float:
    """Return a quarter."""
    return halve_number(halve_number(x))
''',
}
_AGENT = """
INSTRUCTIONS = "Look."

def prepare(data):
    return data["rows"]

def check(result):
    assert result["share"] <= 1, "a share is at most 1"
"""


def _given(arguments: dict[str, Any], _received: object) -> Answer:
    kind, name = arguments["kind"], arguments["name"]
    source = _AGENT if kind == "agent" else _SOURCES[name]
    given = {"path": f"{kind}s/{name}.py", "source": source, "sha256": name, **arguments}
    return {"value": given}, []


@pytest.fixture
def using(kernel: Kernel) -> Kernel:
    kernel.handlers["capability"] = _given
    return kernel


def _used(ran: Ran) -> dict[str, dict[str, Any]]:
    """Return what a cell says of each capability, without the seconds."""
    return {
        one["name"]: {k: v for k, v in one.items() if k in ("calls", "excused", "failures") and v}
        for one in ran.payload.get("used", [])
    }


def test_calls_are_counted_by_how_they_end(using: Kernel) -> None:
    assert "used" not in using.ok("1 + 1").payload
    assert "used" not in using.ok("from lathe.capabilities import *").payload
    ran = using.ok(
        "from lathe.capabilities import halve_number, call_others\n"
        "for x in (4, 6): halve_number(x)\n"
        "def attempt(*given):\n"
        "    try: halve_number(*given)\n"
        "    except Exception as error: return type(error).__name__\n"
        "own = lambda x: [][x]\n"
        "print(attempt(-1), attempt(3), attempt(2, own), attempt(), attempt('a'), call_others(8))"
    )
    assert ran.stdout == "ValueError KeyError TypeError TypeError TypeError 2.0\n"
    # Refused by its own `raise`, and out of the caller's own function; the rest is its failure.
    # A call without the argument never began.
    assert _used(ran) == {
        "halve_number": {"calls": 8, "excused": 2, "failures": 2},
        "call_others": {"calls": 1},
    }
    (one, _) = ran.payload["used"]
    assert one["errors"] == {"KeyError": 1, "TypeError": 1}
    assert (one["kind"], one["sha256"]) == ("function", "halve_number")
    assert 0 < one["longest"] <= one["seconds"] < 5
    failing = using.run("halve_number(3)")
    assert failing.error["traceback"].splitlines()[-3].strip() == 'return {}["three"]'
    assert _used(failing) == {"halve_number": {"calls": 1, "failures": 1}}
    assert "used" not in using.ok("1 + 1").payload


def test_calls_inside_calls_are_parts_of_them(using: Kernel) -> None:
    ran = using.ok(
        "import threading, asyncio\nfrom lathe.capabilities import count_down\n"
        "count_down(50)\n"
        "threads = [threading.Thread(target=lambda: [count_down(2) for _ in range(2000)])"
        " for _ in range(8)]\n"
        "[one.start() for one in threads]\n[one.join() for one in threads]\n"
    )
    assert _used(ran) == {"count_down": {"calls": 16_001}}
    deep = using.run("count_down(10**6)")
    assert deep.error["type"] == "RecursionError"
    assert _used(deep) == {"count_down": {"calls": 1, "failures": 1}}
    assert _used(using.ok("count_down(1)")) == {"count_down": {"calls": 1}}
    tasks = using.ok(
        "from lathe.capabilities import wait_turns\n"
        "await asyncio.gather(*(wait_turns(n) for n in range(6)))\nawait wait_turns(3)"
    )
    assert _used(tasks) == {"wait_turns": {"calls": 7}}


def test_generators_are_counted_when_they_end(using: Kernel) -> None:
    ran = using.ok(
        "from lathe.capabilities import read_parts\n"
        "kept = read_parts(3)\nnext(kept)\nlist(zip(read_parts(2), read_parts(3)))\n"
        "next(read_parts(4))\n"
    )
    assert _used(ran) == {"read_parts": {"calls": 3}}
    assert ran.payload["used"][0]["seconds"] == 0
    assert _used(using.ok("list(kept)")) == {"read_parts": {"calls": 1}}
    assert _used(using.run("list(read_parts(6))")) == {"read_parts": {"calls": 1, "failures": 1}}


def test_an_interrupted_call_is_no_failure_and_the_next_one_counts(using: Kernel) -> None:
    using.ok("from lathe.capabilities import halve_number\nimport os, signal, time")
    stopped = using.run(
        "halve_number(2, lambda _: (os.kill(os.getpid(), signal.SIGINT), time.sleep(30)))"
    )
    assert stopped.payload["status"] == "interrupted"
    assert _used(stopped) == {"halve_number": {"calls": 1, "excused": 1}}
    assert _used(using.ok("halve_number(2)")) == {"halve_number": {"calls": 1}}


def test_a_counted_function_is_what_its_file_says(using: Kernel) -> None:
    ran = using.ok(
        "import inspect, doctest, pickle, cloudpickle, functools, types\n"
        "from lathe.capabilities import halve_number, read_parts, wait_turns\n"
        "print(inspect.signature(halve_number), type(halve_number) is types.FunctionType)\n"
        "print(inspect.getsource(halve_number).count('raise ValueError'))\n"
        "print(halve_number.__doc__[:11])\n"
        "print(inspect.isgeneratorfunction(read_parts), inspect.iscoroutinefunction(wait_turns))\n"
        "doctest.run_docstring_examples(halve_number, {'halve_number': halve_number})\n"
        "print(pickle.loads(pickle.dumps(halve_number)) is halve_number)\n"
        "copy = cloudpickle.loads(cloudpickle.dumps(halve_number))\n"
        "print(copy is halve_number, copy(8), copy.__code__.co_varnames)\n"
    )
    assert ran.stdout == (
        "(x: float, then=None) -> float True\n1\nReturn half\nTrue True\nTrue\n"
        "False 4.0 ('x', 'then')\n"
    )
    assert _used(ran) == {"halve_number": {"calls": 2}}


def test_an_agents_hooks_are_counted(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.handlers["capability"] = _given
    started = kernel.start("subtask", agent="late_analyst")
    assert started["problems"] == []
    refused = kernel.run("lathe.answer({'share': 2})")
    assert refused.error["message"] == "a share is at most 1"
    assert _used(refused) == {"late_analyst": {"calls": 1, "excused": 1}}
    broken = kernel.run("lathe.answer({})")
    assert _used(broken) == {"late_analyst": {"calls": 1, "failures": 1}}
    assert broken.payload["used"][0]["kind"] == "agent"


def test_much_is_told_over_several_cells() -> None:
    module = types.ModuleType("many")
    given = {"kind": "function", "name": "f", "sha256": ""}
    for number in range(201):
        code = uses.compiled("def f(): pass\n", "x.py", given | {"sha256": str(number)}, module)
        exec(code, module.__dict__)
        module.f()
    assert inspect.getdoc(module.f) is None
    assert [len(uses.told()) for _ in range(3)] == [200, 1, 0]
