"""Providers that fail, in each wire form: outcome, exit code, last lines, requests, journal.

The runs are made once, several at a time; each test looks at one of them.
"""

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests_program.endpoint import (
    KEY,
    Code,
    Half,
    Line,
    ModelServer,
    Raw,
    Refusal,
    Silence,
    Text,
)
from tests_program.program import Done, Event, Lathe
from tests_program.wire_forms import Form, Said

pytestmark = pytest.mark.slow

_RETRIES = {"attempts": 3, "firstWait": 0.01, "longestWait": 0.05}
_QUICK = {"connect": 5, "firstByte": 1.5, "idle": 0.5}
_ANSWER = Code("lathe.answer('It is 4.')")
_DELEGATING = """
agent = lathe.agent("counter", "Count.", {"n": int})
outcomes = lathe.delegate_each(agent, {str(i): i for i in range(COUNT)}, parallel=2)
lathe.answer(repr(sorted({one.status for one in outcomes})))
"""


def _delegating(count: int) -> Code:
    return Code(_DELEGATING.replace("COUNT", str(count)))


def _tool(name: str, arguments: object) -> Said:
    return Said("", name, json.dumps(arguments), "tool")


@dataclass(frozen=True)
class Fault:
    """What the server says, and what has to come of it."""

    script: tuple[Line, ...]
    status: str
    code: int
    # Words that the output of the task holds.
    words: tuple[str, ...] = ()
    requests: int = 1
    then: Line | None = None
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    # How each turn ended: `outcome` of `turn_finished` and `turn_failed`, as a set.
    failures: frozenset[str] = frozenset()
    is_gone: bool = False


def _lasting(status: int, *words: str, kind: str = "") -> Fault:
    """Tell of a refusal that is not tried again."""
    return Fault((), "failed", 1, words, then=Refusal(status, "Sorry.", kind))


def _passing(line: Line, *words: str, code: str) -> Fault:
    """Tell of a failure that goes on through all attempts."""
    return Fault((), "failed", 1, words, requests=3, then=line, failures=frozenset({code}))


_ENDED = {
    "401": _lasting(401, "refused the key", "_API_KEY"),
    "402": _lasting(402, "wants the account's credit or quota raised first"),
    "quota": _lasting(429, "wants the account's credit or quota raised", kind="insufficient_quota"),
    "403": _lasting(403, "does not allow this with the key"),
    "400": _lasting(400, "refused the request (400): Sorry."),
    "429, then well": Fault(
        (Refusal(429, "Slow.", headers={"retry-after-ms": "20"}), Refusal(429, "Slow."), _ANSWER),
        "complete",
        0,
        ("It is 4.",),
        3,
    ),
    "429 for good": _passing(
        Refusal(429, "Slow."), "limits the rate of calls (429)", "Given up", code="rateLimited"
    ),
    "429 for an hour": Fault(
        (Refusal(429, "Slow.", headers={"retry-after": "3600"}),),
        "failed",
        1,
        ("It asks to wait 3600 s: try again then.",),
    ),
    "500": _passing(Refusal(500, "Oops."), "(500): Oops.", "Given up", code="overloaded"),
    "529": _passing(Refusal(529, "Busy.", "overloaded_error"), "(529): Busy.", code="overloaded"),
    "503, then well": Fault((Refusal(503, "Busy."), _ANSWER), "complete", 0, ("It is 4.",), 2),
    "gone": Fault(
        (),
        "failed",
        1,
        ("Couldn't connect to server. Given up after 3 attempts.",),
        0,
        failures=frozenset({"unreachable"}),
        is_gone=True,
    ),
    "silence": Fault(
        (),
        "failed",
        1,
        ("Given up after 2 attempts",),
        2,
        then=Silence(),
        settings={"timeouts": _QUICK, "retries": {**_RETRIES, "attempts": 2}},
    ),
    "half a stream": _passing(
        Half(Said("It is " * 50)), "Given up after 3 attempts", code="cutStream"
    ),
    "half, then well": Fault((Half(Said("It " * 50)), _ANSWER), "complete", 0, ("It is 4.",), 2),
    "garbage": _passing(Raw("data: {not json\n\n"), "not acceptable JSON", code="badReply"),
    "a web page": _passing(
        Raw("<html>Sign in</html>", "text/html"), "something else than a stream", code="badReply"
    ),
    "empty": Fault(
        (), "failed", 1, ("three replies in a row", "Your reply was empty"), 3, then=Said()
    ),
    "empty, then well": Fault((Said(), _ANSWER), "complete", 0, ("It is 4.",), 2),
    "unknown tool": Fault(
        (), "failed", 1, ("There is no bash.",), 3, then=_tool("bash", {"command": "ls"})
    ),
    "unknown tool, then well": Fault((_tool("bash", {}), _ANSWER), "complete", 0, ("It is 4.",), 2),
    "a megabyte of code": Fault(
        (_tool("python", {"code": "#" * 1_000_000 + "\nlathe.answer('ran')"}),),
        "complete",
        0,
        ("ran",),
    ),
    "a megabyte of no code": Fault(
        (_tool("python", {"kode": "x" * 1_000_000}), _ANSWER), "complete", 0, ("It is 4.",), 2
    ),
    "refusal": Fault(
        (Said("I will not do that.", stop="refusal"),),
        "refused",
        5,
        ("the model refused: I will not do that.",),
    ),
    "refusal without words": Fault(
        (Said(stop="refusal"),), "refused", 5, ("the model refused, without a reason",)
    ),
    "cut": Fault(
        (),
        "incomplete",
        3,
        ("limit of 8192 output tokens and was cut", "no answer; the model's last words"),
        3,
        then=Said("It is abo", stop="length"),
    ),
    "only announced": Fault(
        (), "failed", 1, ("only says what comes next",), 3, then=Text("I'll look.")
    ),
    "too long": Fault(
        (Refusal(400, "prompt is too long: 300000 tokens"),),
        "failed",
        1,
        ("cannot take a conversation this long",),
        failures=frozenset({"contextTooLong"}),
    ),
    "wrong JSON against returns": Fault(
        (_delegating(1), *[Text('{"n": "many"}')] * 3, Code("lathe.answer('Nothing.')")),
        "incomplete",
        3,
        ("1 of 1 subtasks did not complete: 0", "n must be integer", "Nothing."),
        5,
    ),
}
_STOPPED = {
    "no money in a fan-out": Refusal(402, "Pay."),
    "a wrong key in a fan-out": Refusal(401, "Who?"),
}
# A model whose provider is asked in this form.
_MODELS: dict[Form, str] = {
    "openai": "openai:scripted",
    "anthropic": "anthropic:scripted",
    "responses": "openai:gpt-5.6-scripted",
}
_FORMS: tuple[Form, ...] = tuple(_MODELS)


@dataclass(frozen=True)
class Ran:
    """A run, and what it left."""

    done: Done
    requests: list[dict[str, Any]]
    events: list[Event]
    # The task as `sessions show --json` has it.
    shown: dict[str, Any]

    @property
    def end(self) -> Event:
        """The event that ended the task."""
        (end,) = (event for event in self.events if event.kind == "task_finished")
        return end


def _run(folder: Path, form: Form, fault: Fault) -> Ran:
    user = Lathe.in_folder(folder)
    model = _MODELS[form]
    settings = {"retries": _RETRIES, **fault.settings}
    user.write("lathe.json", json.dumps({"models": {model: settings}}))
    server = ModelServer(*fault.script, then=fault.then, form=form)
    user = user.having(**server.variables)
    asked = ("ask", "Count", "-m", model, "-s", "s")
    with server:
        done = None if fault.is_gone else user.run(*asked)
    done = done or user.run(*asked)
    ((shown,),) = [one["tasks"] for one in user.run("sessions", "show", "s", "--json").json_lines()]
    return Ran(done, server.requests, user.events("s"), shown)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, Form], "Future[Ran]"]:
    """All runs, four at a time."""
    faults = _ENDED | {
        name: Fault((_delegating(12),), "incomplete", 3, then=line)
        for name, line in _STOPPED.items()
    }
    pool = ThreadPoolExecutor(4)
    return {
        (name, form): pool.submit(_run, tmp_path_factory.mktemp("fault") / "user", form, fault)
        for name, fault in faults.items()
        for form in _FORMS
    }


def _settled(ran: Ran) -> None:
    """Every turn that was started has ended, the task has, and no key is anywhere."""
    started = {(e.place, e.data["turn"]) for e in ran.events if e.kind == "turn_started"}
    ended = [
        (e.place, e.data["turn"])
        for e in ran.events
        if e.kind in ("turn_finished", "turn_failed") and not e.data.get("isUnsent")
    ]
    assert sorted(ended) == sorted(started)
    # Behind the task, only its memory is saved.
    assert {event.kind for event in ran.events[ran.events.index(ran.end) + 1 :]} <= {"memory_saved"}
    for name in ("status", "answer", "reason"):
        assert ran.shown[name] == ran.end.data[name]
    assert ran.shown["partial"] == ran.end.data.get("partial")
    assert KEY not in ran.done.out + ran.done.err + str(ran.events)


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("name", _ENDED)
def test_a_fault_has_its_outcome(
    runs: dict[tuple[str, Form], "Future[Ran]"], name: str, form: Form
) -> None:
    (fault, ran) = (_ENDED[name], runs[name, form].result())
    outcome = ran.end.data
    assert (outcome["status"], ran.done.code) == (fault.status, fault.code), ran.done
    for word in fault.words:
        assert word in " ".join(ran.done.out.split()), (word, ran.done.out)
    assert len(ran.requests) == fault.requests
    _settled(ran)
    lines = ran.done.out.splitlines()
    if fault.status == "complete":
        assert lines[-1].startswith("complete  ")
    else:
        assert lines[-1] == 'go on       lathe ask "go on" --session s'
        assert any(line.startswith(f"{fault.status} ") for line in lines)
    codes = {e.data["code"] for e in ran.events if e.kind == "turn_failed"}
    assert codes >= fault.failures


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("name", _STOPPED)
def test_an_account_that_refuses_everything_stops_the_fan_out(
    runs: dict[tuple[str, Form], "Future[Ran]"], name: str, form: Form
) -> None:
    ran = runs[name, form].result()
    # The coordinator's, and at most those that were under way when the first was refused.
    assert 2 <= len(ran.requests) <= 3
    ended = [e.data for e in ran.events if e.kind == "subtask_finished"]
    assert [one["status"] for one in ended] == ["not_run"] * 12
    assert sum("not begun, since no call" in one["reason"] for one in ended) >= 10
    assert ran.done.code == 3
    assert "['not_run']" in ran.done.out
    assert 'go on       lathe ask "go on" --session s' in ran.done.out
    _settled(ran)
