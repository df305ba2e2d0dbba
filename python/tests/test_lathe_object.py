import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import MakeKernel
from kernels import Answer, Kernel

from lathe_kernel import slices


class Engine:
    """Answers `delegate` and `wait` from real slices, as the engine would."""

    def __init__(self, kernel: Kernel, work: Callable[[str, Any], Any]) -> None:
        self.work = work
        self.outcomes: dict[int, dict[str, Any]] = {}
        self.requests: list[dict[str, Any]] = []
        self.cancelled: list[int] = []
        self.polls = 0
        kernel.handlers |= {"delegate": self.delegate, "wait": self.wait, "cancel": self.cancel}

    def delegate(self, arguments: dict[str, Any], received: list[int]) -> Answer:
        self.requests.append(arguments)
        subtasks: list[dict[str, Any]] = []
        items: list[dict[str, Any]] = arguments["items"]
        for item in items:
            manifest: Any = item["manifest"]
            identifier = len(self.outcomes) + 1
            data: object = None
            if manifest is not None:
                data = slices.thaw(manifest, received)
            self.outcomes[identifier] = {
                "id": identifier,
                "label": item["label"],
                "reason": None,
                "tokens": 10,
                "seconds": 0.5,
                **self.work(item["label"], data),
            }
            subtasks.append(
                {"id": identifier, "label": item["label"], "uri": f"subtask://{identifier}"}
            )
        for descriptor in received:
            os.close(descriptor)
        return {"value": {"subtasks": subtasks}}, []

    def wait(self, arguments: dict[str, Any], _received: list[int]) -> Answer:
        found = [self.outcomes[one] for one in arguments["ids"]]
        if arguments["seconds"] == 0 and self.polls > 0:
            self.polls -= 1
            found = [{**one, "status": "running", "value": None} for one in found]
        return {"value": {"outcomes": found}}, []

    def cancel(self, arguments: dict[str, Any], _received: list[int]) -> Answer:
        self.cancelled += arguments["ids"]
        return {"value": {}}, []


def _complete(value: object) -> dict[str, Any]:
    return {"status": "complete", "value": value}


def test_delegate_each_hands_over_every_group_and_keeps_their_order(kernel: Kernel) -> None:
    engine = Engine(
        kernel, lambda _label, data: _complete({"rows": len(data), "mean": data.d.mean()})
    )
    kernel.ok(
        "import pandas as pd\n"
        "df = pd.DataFrame({'carrier': ['UA', 'AA', 'UA'], 'd': [1.0, 2.0, 3.0]})\n"
        "out = lathe.delegate_each('analyst', df.groupby('carrier'), 'Why?', "
        "returns={'rows': int}, parallel=3)"
    )
    assert kernel.ok(
        "[(o.label, o.status, o.value['rows'], o.tokens, bool(o)) for o in out]"
    ).text == ("[('AA', 'complete', 1, 10, True), ('UA', 'complete', 2, 10, True)]")
    assert (
        kernel.ok("out.to_frame().set_index('label')['mean'].to_dict()").text
        == "{'AA': 2.0, 'UA': 2.0}"
    )
    (request,) = engine.requests
    assert {key: value for key, value in request.items() if key != "items"} == {
        "agent": "analyst",
        "task": "Why?",
        "returns": {
            "type": "object",
            "properties": {"rows": {"type": "integer"}},
            "required": ["rows"],
        },
        "model": None,
        "parallel": 3,
        "max_turns": None,
        "limits": None,
        "budget": None,
        "required": True,
    }
    assert request["items"][1]["manifest"]["shape"] == [2, 2]


def test_failures_are_outcomes_and_stop_nobody(kernel: Kernel) -> None:
    def work(label: str, data: object) -> dict[str, Any]:
        if label == "b":
            return {"status": "failed", "value": None, "reason": "no such column"}
        return _complete(data)

    Engine(kernel, work)
    kernel.ok("out = lathe.delegate_each('analyst', {'a': 1, 'b': 2, 'c': 3})")
    assert kernel.ok("out.values()").text == "{'a': 1, 'c': 3}"
    assert kernel.ok("out.failed()").text == (
        "Outcomes: 0 of 1 complete\nOutcome('b', failed, reason='no such column')"
    )
    assert kernel.ok("out.to_frame()['value'].tolist()[0], len(out)").text == "(1.0, 3)"


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        ("{'x': 1, 'y': 2}", ["x", "y"]),
        ("[('x', 1), ('y', 2)]", ["x", "y"]),
        ("[10, 20]", ["1", "2"]),
        ("['paris', 'rome', 'paris']", ["paris", "rome", "paris (2)"]),
        ("df.groupby(['a', 'b'])", ["1, x", "2, y"]),
        ("df.groupby('a')['b']", ["1", "2"]),
        ("(x for x in [df, df])", ["1", "2"]),
        ("[]", []),
    ],
)
def test_slices_come_in_many_forms(kernel: Kernel, given: str, labels: list[str]) -> None:
    Engine(kernel, lambda _label, _data: _complete(1))
    kernel.ok("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})")
    ran = kernel.ok(f"[one.label for one in lathe.delegate_each('analyst', {given})]")
    assert ran.text == repr(labels)


def test_what_is_no_set_of_slices_is_refused_with_the_mend(kernel: Kernel) -> None:
    kernel.ok("import pandas as pd\ndf = pd.DataFrame({'a': [1]})")
    for given, said in (("df", "groupby"), ("'text'", "lathe.delegate"), ("5", "dict or a list")):
        assert said in kernel.run(f"lathe.delegate_each('analyst', {given})").error["message"]
    assert "at least 1" in kernel.run("lathe.delegate_each('a1', [1], parallel=0)").error["message"]


def test_many_slices_travel_in_several_messages_and_leave_no_descriptor(kernel: Kernel) -> None:
    engine = Engine(kernel, lambda _label, data: _complete(int(data.sum())))
    kernel.ok(
        "import os, numpy as np\ncount = lambda: len(os.listdir('/proc/self/fd'))\nbefore = count()"
    )
    code = "sum(o.value for o in lathe.delegate_each('adder', [np.array([i]) for i in range(450)]))"
    assert kernel.ok(code).text == str(sum(range(450)))
    assert [len(one["items"]) for one in engine.requests] == [200, 200, 50]
    assert kernel.ok("count() - before").text == "0"


def test_a_subtask_gives_its_result_or_a_typed_failure(kernel: Kernel) -> None:
    def work(label: str, _data: object) -> dict[str, Any]:
        if label == "bad":
            return {"status": "incomplete", "value": None, "reason": "out of turns"}
        return _complete([1, 2])

    engine = Engine(kernel, work)
    assert kernel.ok("lathe.delegate('analyst', 'count', label='good').result()").text == "[1, 2]"
    ran = kernel.run("lathe.delegate('analyst', 'count', label='bad').result()")
    assert ran.error["type"] == "SubtaskFailed"
    assert ran.error["message"] == "subtask bad is incomplete: out of turns"
    assert kernel.ok("s = lathe.delegate('analyst', 'x', label='bad')\n(s.status, s.uri)").text == (
        "('incomplete', 'subtask://3')"
    )
    engine.polls = 1
    late = kernel.run("lathe.delegate('analyst', 'x').result(timeout=0)")
    assert late.error["type"] == "TimeoutError"


def test_subtasks_can_be_awaited_together(kernel: Kernel) -> None:
    engine = Engine(kernel, lambda label, _data: _complete(label))
    engine.polls = 3
    ran = kernel.ok(
        "import asyncio\n"
        "a, b = (lathe.delegate('analyst', 'x', label=n) for n in 'ab')\n"
        "await asyncio.gather(a, b)"
    )
    assert ran.text == "['a', 'b']"


def test_agents_are_named_inline_or_just_instructions(kernel: Kernel) -> None:
    engine = Engine(kernel, lambda _label, _data: _complete(1))
    kernel.ok("lathe.delegate(lathe.agent('critic', 'Find flaws.', returns=[str]), 'x')")
    kernel.ok("lathe.delegate('Count the words, then answer.', 'x')")
    assert [one["agent"] for one in engine.requests] == [
        {
            "name": "critic",
            "instructions": "Find flaws.",
            "returns": {"type": "array", "items": {"type": "string"}},
            "model": None,
            "limits": None,
        },
        {
            "name": "count_the_words_then",
            "instructions": "Count the words, then answer.",
            "returns": None,
            "model": None,
            "limits": None,
        },
    ]
    assert "instructions" in kernel.run("lathe.delegate('', 'x')").error["message"]


def test_an_interrupt_cancels_what_a_cell_was_waiting_for(kernel: Kernel) -> None:
    engine = Engine(kernel, lambda _label, _data: _complete(1))
    kernel.handlers["wait"] = lambda _arguments, _received: ({"never": True}, [])
    ran = kernel.run("lathe.delegate_each('analyst', [1, 2])", interrupt_after=0.3)
    assert ran.payload["status"] == "interrupted"
    assert engine.cancelled == [1, 2]


def test_an_error_of_the_engine_reaches_the_code_with_its_code(kernel: Kernel) -> None:
    kernel.handlers["ask_model"] = lambda _arguments, _received: (
        {"error": {"code": "limit", "reason": "the budget is spent"}},
        [],
    )
    ran = kernel.run("lathe.ask_model('hi', model='small', returns=bool)")
    assert (ran.error["type"], ran.error["message"]) == ("LatheError", "the budget is spent")
    assert ran.calls == [
        ("ask_model", {"prompt": "hi", "model": "small", "returns": {"type": "boolean"}})
    ]
    assert kernel.run("lathe.output(1)").error["message"] == "output"


def test_the_whole_output_of_a_cell_can_be_read_back(kernel: Kernel) -> None:
    def output(arguments: dict[str, Any], _received: list[int]) -> Answer:
        assert arguments == {"cell": 3, "stream": "stderr"}
        read, write = os.pipe()
        os.write(write, b"whole \xff output")
        os.close(write)
        return {"value": {"bytes": 14}}, [read]

    kernel.handlers["output"] = output
    assert kernel.ok("lathe.output(3, 'stderr')").text == "'whole \ufffd output'"
    assert (
        "stdout, stderr, result or traceback"
        in kernel.run("lathe.output(3, 'both')").error["message"]
    )


def _accepting(kernel: Kernel) -> list[Any]:
    given: list[Any] = []

    def answer(arguments: dict[str, Any], _received: list[int]) -> Answer:
        given.append(arguments["value"])
        return {"value": {"accepted": True}}, []

    kernel.handlers["answer"] = answer
    return given


def test_the_answer_of_a_session_is_markdown(kernel: Kernel) -> None:
    given = _accepting(kernel)
    kernel.ok("import pandas as pd\nlathe.answer('# Hi')\nlathe.answer(4.5)")
    kernel.ok("lathe.answer(pd.DataFrame({'a': [1]}))\nlathe.answer({'a': float('nan')})")
    assert given == ["# Hi", "4.5", "```\n   a\n0  1\n```", '```json\n{\n  "a": null\n}\n```']
    ran = kernel.run("lathe.answer(pd.DataFrame({'a': range(1000)}))")
    assert ran.error["type"] == "AnswerRejected"
    assert "save_artifact" in ran.error["message"]


def test_the_answer_of_a_subtask_is_plain_data(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.start("subtask")
    given = _accepting(kernel)
    kernel.ok(
        "import numpy as np, pandas as pd, datetime, decimal\n"
        "lathe.answer({'i': np.int64(3), 'f': np.float32(0.5), 'nan': np.nan, 'nat': pd.NaT, "
        "'na': pd.NA,\n"
        " 't': pd.Timestamp('2013-01-02'), 'd': datetime.date(2013, 1, 2), 'a': np.array([1, 2]),\n"
        " 'b': np.bool_(True), 'dec': decimal.Decimal('1.5'), 's': {3}, ('x', 1): None, "
        "7: 'seven',\n"
        " 'dt': np.datetime64('2013-01-02'), 'td': pd.Timedelta(seconds=3), 'inf': float('inf')})"
    )
    assert given == [
        {
            "i": 3,
            "f": 0.5,
            "nan": None,
            "nat": None,
            "na": None,
            "t": "2013-01-02T00:00:00",
            "d": "2013-01-02",
            "a": [1, 2],
            "b": True,
            "dec": 1.5,
            "s": [3],
            "x, 1": None,
            "7": "seven",
            "dt": "2013-01-02T00:00:00",
            "td": 3.0,
            "inf": None,
        }
    ]
    for code, said in (
        ("pd.DataFrame({'a': [1]})", 'to_dict("records")'),
        ("pd.DataFrame({'a': range(5000)})", "5,000 rows"),
        ("pd.Series([1])", "tolist"),
        ("object()", "not JSON"),
        ("{1: 'a', '1': 'b'}", "two keys"),
    ):
        assert said in kernel.run(f"lathe.answer({code})").error["message"], code
    deep = kernel.run("x = []\nfor _ in range(200): x = [x]\nlathe.answer(x)")
    assert "nested too deeply" in deep.error["message"]
    assert len(given) == 1


def test_a_rejected_answer_is_an_error_with_the_reason(kernel: Kernel) -> None:
    kernel.handlers["answer"] = lambda _arguments, _received: (
        {"value": {"accepted": False, "reason": "`cause` is missing"}},
        [],
    )
    ran = kernel.run("lathe.answer('x')")
    assert (ran.error["type"], ran.error["message"]) == ("AnswerRejected", "`cause` is missing")
    assert ran.error["traceback"].endswith("lathe.AnswerRejected: `cause` is missing")


def test_a_refusal_of_null_says_that_nan_counts_as_null(make_kernel: MakeKernel) -> None:
    kernel = make_kernel()
    kernel.start("subtask")
    refused = {"accepted": False, "reason": "result.mean must be number, not null"}
    kernel.handlers["answer"] = lambda _arguments, _received: ({"value": refused}, [])
    note = "(NaN, NaT and NA count as null)"
    assert kernel.run("lathe.answer({'mean': float('nan')})").error["message"].endswith(note)
    assert note not in kernel.run("lathe.answer({'mean': None})").error["message"]


def test_lathe_cannot_be_used_when_no_cell_runs(kernel: Kernel) -> None:
    kernel.ok(
        "import threading, time\nseen = []\n"
        "def late():\n"
        "    time.sleep(0.3)\n"
        "    try: lathe.ask_model('x')\n"
        "    except lathe.LatheError as error: seen.append(error.code)\n"
        "thread = threading.Thread(target=late); thread.start()"
    )
    import time

    time.sleep(0.6)
    ran = kernel.ok("thread.join(); seen")
    assert (ran.text, ran.calls) == ("['not_allowed']", [])


def test_the_object_is_importable_documented_and_has_no_more_than_works(kernel: Kernel) -> None:
    kernel.ok("mine = lathe\nimport lathe")
    assert kernel.ok("lathe is mine").text == "True"
    names = set(json.loads(kernel.ok("import json; print(json.dumps(dir(lathe)))").stdout))
    for name in names:
        if name.islower() and name not in ("capabilities", "context", "tools"):
            text = kernel.ok(f"print(lathe.{name}.__doc__)").stdout
            assert re.match(r"[A-Z].*[.;]\n\n\s*Example: `", text), name
            assert kernel.ok(f"lathe.{name}.__annotations__['return'] is not None or True").text


def test_many_slices_with_many_files_travel_in_as_few_messages_as_fit(kernel: Kernel) -> None:
    engine = Engine(kernel, lambda _label, data: _complete(float(sum(c.sum() for c in data))))
    kernel.ok(
        "import numpy as np\n"
        "shared = np.ones(1 << 17)\n"
        "made = {f's{i}': [shared] + [np.full(1 << 17, i * 100.0 + j) for j in range(20)] "
        "for i in range(20)}\n"
        "out = lathe.delegate_each('adder', made)"
    )
    assert len(engine.requests) == 2
    text = kernel.ok(
        "[o.value for o in out] == [(1 << 17) * (191.0 + 2000.0 * i) for i in range(20)]"
    ).text
    assert text == "True"


def test_a_delegation_says_what_was_copied(kernel: Kernel) -> None:
    Engine(kernel, lambda _label, data: _complete(len(data)))
    ran = kernel.ok(
        "df = pd.DataFrame({'m': pd.Series(['x', 1], dtype=object), 'n': [1, 2]})\n"
        "out = lathe.delegate_each('looker', {'a': df, 'b': df[['n']]})\n"
        "print([len(o.notes) for o in out], *out[0].notes)"
    )
    note = "the column 'm' holds Python objects, which were copied, not shared; "
    note += "convert them to text, numbers or dates."
    assert ran.stderr == f"[lathe: 1 of 2 slices: {note}]\n"
    assert ran.stdout == f"[1, 0] {note}\n"
    assert kernel.ok("print(*lathe.delegate('looker', data=df).notes)").stdout == f"{note}\n"
