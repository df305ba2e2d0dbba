"""Handles of work in the background as code in a kernel has them; lathe is played by the test."""

import os
import signal
from typing import Any

from conftest import MakeKernel
from kernels import Answer, Kernel

_ADD: dict[str, Any] = {
    "server": "my-crm",
    "python_server": "crm",
    "name": "add-contact",
    "python_name": "add",
    "description": "Add a contact.",
    "input": {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
    },
    "output": None,
    "annotations": {},
}


class Lathe:
    """Begins calls, ends them in the order of their numbers, and answers as lathe does."""

    def __init__(self, kernel: Kernel) -> None:
        self.begun: list[list[dict[str, Any]]] = []
        self.waits: list[dict[str, Any]] = []
        self.ended: dict[int, dict[str, Any]] = {}
        self.cancelled: list[int] = []
        # How many of what waits end with each wait; None for all.
        self.pace: int | None = None
        self.longest = 1 << 20
        kernel.handlers |= {
            "tools": lambda _arguments, _received: (
                {"value": {"server": "my-crm", "names": {}}},
                [],
            ),
            "tool": lambda _arguments, _received: ({"value": _ADD}, []),
            "begin": self.begin,
            "wait": self.wait,
            "subtasks": self.subtasks,
            "cancel": self.cancel,
            "tool_result": self.tool_result,
        }

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [request for one in self.begun for request in one]

    def begin(self, arguments: dict[str, Any], _received: list[int]) -> Answer:
        first = len(self.requests) + 1
        self.begun.append(arguments["calls"])
        given = [
            {
                "id": first + index,
                "label": "my-crm/add-contact",
                "uri": f"subtask://{first + index}",
            }
            for index in range(len(arguments["calls"]))
        ]
        return {"value": {"subtasks": given}}, []

    def outcome(self, number: int) -> dict[str, Any]:
        request = self.requests[number - 1]
        base = {"id": number, "label": "x", "reason": "", "tokens": 0, "seconds": 0.1}
        if request["call"] == "ask_model":
            return {
                **base,
                "status": "complete",
                "value": {"value": request["arguments"]["prompt"]},
            }
        name = request["arguments"]["arguments"]["name"]
        if name == "refused":
            reason = "the user said no"
            return {**base, "status": "refused", "code": "not_allowed", "reason": reason}
        if name == "long":
            return {**base, "status": "complete", "value": {"file": "tools/a.json", "bytes": 9}}
        result: dict[str, Any] = {"is_error": name == "bad", "content": _text(f"added {name}")}
        status = "failed" if name == "bad" else "complete"
        return {**base, "status": status, "value": {"result": result}}

    def wait(self, arguments: dict[str, Any], _received: list[int]) -> Answer:
        self.waits.append(arguments)
        wanted = [one for one in arguments["ids"] if one not in self.ended]
        due = wanted if arguments["seconds"] != 0 else []
        if arguments.get("any") and self.pace is not None:
            due = due[: self.pace]
        self.ended |= {one: self.outcome(one) for one in due}
        told: list[dict[str, Any]] = []
        used = 0
        for one in arguments["ids"]:
            if one not in self.ended:
                if not arguments.get("any"):
                    told.append({"id": one, "label": "x", "status": "running", "value": None})
                continue
            record = self.ended[one]
            used += 1
            is_left = used > self.longest
            told.append({**record, "value": None, "left": True} if is_left else record)
        return {"value": {"outcomes": told}}, []

    def subtasks(self, arguments: dict[str, Any], _received: list[int]) -> Answer:
        known = arguments.get("ids") or list(range(len(self.requests), 0, -1))
        listed = [
            {
                "id": one,
                "kind": "tool",
                "label": "my-crm/add-contact",
                "status": "running",
                "seconds": 1.0,
                "progress": {"done": 2.0, "total": 5.0, "message": "at it"},
                "note": {"server": "crm", "name": "add"},
            }
            for one in known
        ]
        return {"value": {"subtasks": listed, "omitted": 0}}, []

    def cancel(self, arguments: dict[str, Any], _received: list[int]) -> Answer:
        self.cancelled += arguments["ids"]
        return {"value": {}}, []

    def tool_result(self, arguments: dict[str, Any], _received: list[int]) -> Answer:
        descriptor = os.memfd_create("result")
        os.write(descriptor, b'{"is_error": false, "structured": {"result": [1, 2]}}')
        os.lseek(descriptor, 0, os.SEEK_SET)
        return {"value": {"file": "tools/a.json", "bytes": 9}}, [descriptor]


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}]


def _begun(make_kernel: MakeKernel) -> tuple[Kernel, Lathe]:
    kernel = make_kernel()
    lathe = Lathe(kernel)
    kernel.ok("from lathe.tools.crm import add")
    return kernel, lathe


def test_a_thousand_calls_are_begun_by_one_message_and_awaited_by_another(
    make_kernel: MakeKernel,
) -> None:
    kernel, lathe = _begun(make_kernel)
    lathe.longest = 300
    ran = kernel.ok(
        "got = lathe.gather(add.later(f'n{i}') for i in range(1_100))\n(len(got), got[1099])"
    )
    assert ran.text == "(1100, 'added n1099')"
    assert [len(one) for one in lathe.begun] == [1_000, 100]
    # What did not fit the answer was asked for again.
    assert [len(one["ids"]) for one in lathe.waits] == [1_100, 800, 500, 200]
    assert lathe.requests[7]["arguments"] == {
        "server": "my-crm",
        "name": "add-contact",
        "arguments": {"name": "n7"},
    }


def test_a_handle_begins_at_once_and_is_found_again(make_kernel: MakeKernel) -> None:
    kernel, lathe = _begun(make_kernel)
    assert kernel.ok("h = add.later('Ada')\nh").text == "Subtask(subtask://1, 'my-crm/add-contact')"
    assert len(lathe.begun) == 1
    assert kernel.ok("lathe.subtask('subtask://1') is h, h.status, h.progress['message']").text == (
        "(True, 'running', 'at it')"
    )
    assert "TimeoutError" in kernel.run("h.result(timeout=0)").error["traceback"]
    kernel.ok("del h")
    assert kernel.ok("lathe.subtask(1).result()").text == "'added Ada'"
    listed = kernel.ok("lathe.subtasks()").text
    assert listed == "Subtask(subtask://1, 'my-crm/add-contact', complete)"
    assert "lathe.subtask('subtask://7')" in kernel.run("lathe.subtask('seven')").error["message"]
    kernel.ok("q = lathe.ask_model.later('Which word?')")
    assert kernel.ok("q.cancel()\nq.result()").text == "'Which word?'"
    assert lathe.cancelled == [2]
    assert kernel.ok("add.later('long').result()").text == "{'result': [1, 2]}"


def test_failures_keep_their_type_and_the_rest_its_results(make_kernel: MakeKernel) -> None:
    kernel, _ = _begun(make_kernel)
    ran = kernel.ok(
        "begun = [add.later(n) for n in ('a', 'bad', 'refused')]\n"
        "got = lathe.gather(begun, return_exceptions=True)\n"
        "(got[0], [(type(e).__name__, e.code) for e in got[1:]])"
    )
    assert ran.text == "('added a', [('ToolError', 'tool_failed'), ('LatheError', 'not_allowed')])"
    error = kernel.run("lathe.gather(add.later(n) for n in ('bad', 'a', 'refused'))").error
    assert error["type"] == "ToolError"
    assert "2 of 3 failed" in error["traceback"]
    assert "a str is no work" in kernel.run("lathe.gather('added a')").error["message"]


def test_handles_are_awaited_and_other_coroutines_go_on(make_kernel: MakeKernel) -> None:
    kernel, lathe = _begun(make_kernel)
    lathe.pace = 1
    assert kernel.ok("await add.later('a')").text == "'added a'"
    assert lathe.waits[-1] == {"ids": [1], "seconds": None, "any": True}
    code = (
        "import asyncio\nticks = []\n"
        "async def tick():\n"
        "    for _ in range(3):\n        ticks.append(len(ticks)); await asyncio.sleep(0)\n"
        "a, b, _ = await asyncio.gather(add.later('b'), add.later('c'), tick())\n"
        "(a, b, ticks)"
    )
    assert kernel.ok(code).text == "('added b', 'added c', [0, 1, 2])"
    assert kernel.ok("await lathe.gather(add.later('d'))").text == "['added d']"


def test_any_of_many_can_be_waited_for(make_kernel: MakeKernel) -> None:
    kernel, lathe = _begun(make_kernel)
    lathe.pace = 1
    ran = kernel.ok(
        "running, order = [add.later(n) for n in 'abc'], []\n"
        "while running:\n"
        "    ended, running = lathe.wait(running)\n"
        "    order += [[one.result() for one in ended]]\n"
        "order"
    )
    assert ran.text == "[['added a'], ['added b'], ['added c']]"
    assert [one["ids"] for one in lathe.waits] == [[1, 2, 3], [2, 3], [3]]
    assert kernel.ok("lathe.wait(add.later('d'), timeout=0)[0]").text == "[]"


def test_an_interrupt_cancels_what_nobody_else_has_a_handle_of(make_kernel: MakeKernel) -> None:
    kernel, lathe = _begun(make_kernel)
    kernel.handlers["wait"] = lambda _arguments, _received: ({"never": True}, [])
    kernel.ok("kept = add.later('kept')")
    ran = kernel.run("lathe.gather(kept, (add.later(n) for n in 'ab'))", interrupt_after=0.5)
    assert ran.payload["status"] == "interrupted"
    assert lathe.cancelled == [2, 3]
    kernel.handlers["wait"] = lathe.wait
    assert kernel.ok("kept.result()").text == "'added kept'"


def test_what_has_begun_is_cancelled_where_handing_in_ends_half_way(
    make_kernel: MakeKernel,
) -> None:
    kernel, lathe = _begun(make_kernel)
    many = "lathe.gather(add.later(str(n)) for n in range(1_100))"

    def refuse(arguments: dict[str, Any], received: list[int]) -> Answer:
        if len(lathe.requests) == 1_000:
            return {"error": {"code": "limit", "reason": "too many are open"}}, []
        return lathe.begin(arguments, received)

    kernel.handlers["begin"] = refuse
    refused = kernel.run(many).error
    assert refused["message"] == (
        "too many are open\n1000 calls that had begun before it are cancelled."
    )
    assert lathe.cancelled == list(range(1, 1_001))
    # Nothing of it is left behind.
    kernel.handlers["begin"] = lathe.begin
    assert kernel.ok("add.later('Ada').uri").text == "'subtask://1001'"

    def interrupt(arguments: dict[str, Any], received: list[int]) -> Answer:
        os.kill(kernel.pid, signal.SIGINT)
        return lathe.begin(arguments, received)

    lathe.cancelled = []
    kernel.handlers["begin"] = interrupt
    ran = kernel.run("lathe.gather(add.later(n) for n in 'ab')")
    assert ran.payload["status"] == "interrupted"
    assert lathe.cancelled == [1_002, 1_003]


def test_every_form_has_a_page(make_kernel: MakeKernel) -> None:
    kernel, _ = _begun(make_kernel)
    for name in ("add", "lathe.ask_model", "lathe.delegate", "lathe.delegate_each"):
        assert "in the background" in kernel.ok(f"help({name}.later)").stdout
    assert "Ask a model one question" in kernel.ok("help(lathe.ask_model)").stdout
