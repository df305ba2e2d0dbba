import ast
import json
import os
from typing import Any

from conftest import MakeKernel
from kernels import Answer, Kernel

_ADD: dict[str, Any] = {
    "server": "my-crm",
    "python_server": "my_crm",
    "name": "create-contact",
    "python_name": "create_contact",
    "description": "Add a contact.",
    "input": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "from": {"type": "string", "format": "date"},
            "address": {"type": "object", "title": "Address", "properties": {"zip": {}}},
        },
        "required": ["name"],
    },
    "output": None,
    "annotations": {"readOnlyHint": False},
}


def _memory_file(content: bytes) -> int:
    descriptor = os.memfd_create("result")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _served(kernel: Kernel, *results: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer as lathe does for one server of one tool; return the calls that will come."""
    calls: list[dict[str, Any]] = []
    left = list(results)

    def tools(arguments: dict[str, Any], _received: list[int]) -> Answer:
        if "server" not in arguments:
            return {"value": {"servers": {"my_crm": 1, "git": None}}}, []
        if arguments["server"] != "my_crm":
            return {"error": {"code": "invalid_arguments", "reason": "no server: my_crm is"}}, []
        names = {"create_contact": "create-contact", "server": "server", "names": "names"}
        return {"value": {"server": "my-crm", "names": names}}, []

    def tool(arguments: dict[str, Any], _received: list[int]) -> Answer:
        if arguments["name"] in ("server", "names"):
            name = arguments["name"]
            return {"value": {**_ADD, "name": name, "python_name": name}}, []
        if arguments["name"] != "create_contact":
            reason = "my-crm has no tool `add`; like it: create_contact"
            return {"error": {"code": "invalid_arguments", "reason": reason}}, []
        return {"value": _ADD}, []

    def call(arguments: dict[str, Any], _received: list[int]) -> Answer:
        calls.append(arguments)
        value = left.pop(0) if len(left) > 1 else left[0]
        text = json.dumps(value)
        if len(text) < 1_000:
            return {"value": {"result": value}}, []
        return {"value": {"file": "tools/a.json"}}, [_memory_file(text.encode())]

    kernel.handlers |= {"tools": tools, "tool": tool, "tool_call": call}
    return calls


def _text(text: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "is_error": False}


def test_a_tool_is_a_function_with_a_signature_and_a_page(kernel: Kernel) -> None:
    calls = _served(kernel, _text("done"))
    ran = kernel.ok(
        """
        import inspect
        from lathe.tools.my_crm import create_contact
        signature = str(inspect.signature(create_contact))
        print(create_contact("Ada", from_="2026-01-02", address={"zip": np.int64(7)}))
        help(create_contact)
        print(dir(lathe.tools.my_crm), create_contact.Address, lathe.tools)
        signature
        """.replace("\n        ", "\n")
    )
    shown = "(name: str, *, from_: str = ..., address: Address = ...) -> Any"
    assert ran.text == repr(shown)
    assert ran.stdout.split("\n") == [
        "done",
        "Help on function create_contact in module lathe.tools.my_crm:",
        "",
        f"create_contact{shown}",
        "    my-crm says: Add a contact.",
        "    ",
        "    from_ (sent as 'from')",
        "    Address = {zip?: Any}",
        "    Returns what the server sends: data where it is JSON, else text.",
        "    Tool 'create-contact' of 'my-crm', which says that it may write.",
        "",
        "['create_contact', 'names', 'server'] <class 'lathe.tools.my_crm.create_contact.Address'> "
        "<lathe.tools: my_crm; lathe.find(…) shows what else there is>",
        "",
    ]
    assert calls == [
        {
            "server": "my-crm",
            "name": "create-contact",
            "arguments": {"name": "Ada", "from": "2026-01-02", "address": {"zip": 7}},
        }
    ]


def test_names_are_completed_and_none_is_hidden(kernel: Kernel) -> None:
    calls = _served(kernel, _text("called"))
    kernel.ok("shell = get_ipython()")
    assert kernel.ok("dir(lathe.tools)").text == "['git', 'my_crm']"
    for line, names in {
        "lathe.tools.": ["git", "my_crm"],
        "from lathe.tools import my": ["my_crm"],
        "from lathe.tools.my_crm import cr": ["create_contact"],
    }.items():
        completed = kernel.ok(f"shell.complete(None, {line!r}, {len(line)})[1]").text
        assert [one.lstrip(".") for one in ast.literal_eval(completed)] == names
    # What a server calls its tools hides nothing of the module, and the other way round.
    assert kernel.ok("from lathe.tools.my_crm import server, names; server('a'), names('a')").text
    assert [call["name"] for call in calls] == ["server", "names"]
    kernel.handlers["tools"] = lambda _arguments, _received: (
        {"error": {"code": "not_allowed", "reason": "none here"}},
        [],
    )
    assert kernel.ok("dir(lathe.tools)").text == "['my_crm']"


def test_resources_are_read_by_the_call_of_a_tool(kernel: Kernel) -> None:
    content = {"type": "resource", "resource": {"uri": "crm://1", "text": '{"a": 1}'}}
    calls = _served(kernel, {"content": [content], "is_error": False})
    listed = {"uri": "crm://1", "name": "one", "mime": "application/json"}
    kernel.handlers["resources"] = lambda arguments, _received: (
        {"value": {"server": "my-crm", "resources": [listed], "templates": [], "left_out": 3}},
        [],
    )
    ran = kernel.ok("(one,) = lathe.resources('my_crm'); one, one.label, one.mime")
    assert ran.text == "('crm://1', 'one', 'application/json')"
    assert ran.stdout == "[3 more resources of my_crm are not listed]\n"
    assert kernel.ok("lathe.resource('my_crm', one)").text == "{'a': 1}"
    assert calls == [{"server": "my-crm", "name": "resource:crm://1", "arguments": {}}]
    error = kernel.run("lathe.resource('nowhere', one)").error
    assert (error["type"], error["message"]) == ("LatheError", "no server: my_crm is")


def test_bytes_that_are_no_base64_are_an_error_of_the_tool(kernel: Kernel) -> None:
    _served(kernel, {"content": [{"type": "image", "mimeType": "image/png", "data": "iVBO*"}]})
    kernel.ok("from lathe.tools.my_crm import create_contact as add")
    error = kernel.run("add('a')").error
    assert error["type"].endswith("ToolError")
    assert error["message"].startswith("my-crm.create-contact: it answered with bytes that are no")


def test_what_is_not_there_is_told_with_the_reason(kernel: Kernel) -> None:
    calls = _served(kernel, _text(""))
    for code, reason in {
        "from lathe.tools.crm import x": "no server: my_crm is",
        "lathe.tools.crm": "no server: my_crm is",
        "from lathe.tools.my_crm import add": "my-crm has no tool `add`; like it: create_contact",
        "import lathe.tools.my_crm as m; m.add": "my-crm has no tool `add`; like it: create_con",
        "import lathe.tools.my_crm.create_contact": "`from lathe.tools.my_crm import create_conta",
        "from lathe.tools.my_crm import *; create_contact()": "create_contact: name missing; it is",
        "create_contact(pd.DataFrame())": "a DataFrame is not JSON",
    }.items():
        error = kernel.run(code).error
        assert reason in error["message"], (code, error)
    assert calls == []


def test_results_are_values_and_files_are_artifacts(kernel: Kernel) -> None:
    picture = {"type": "image", "mimeType": "image/png", "data": "iVBORw=="}
    note = {"type": "resource", "resource": {"uri": "note://1", "text": "a note"}}
    link = {"type": "resource_link", "uri": "file:///a", "name": "a", "mimeType": "text/plain"}
    _served(
        kernel,
        _text('{"id": [1, 2]}'),
        _text("[not data"),
        {"content": [{"type": "text", "text": "1"}], "structured": {"a": 1}},
        {"content": [], "structured": [0] * 9},
        _text("x" * 3_000_000),
        {"content": [{"type": "text", "text": "a"}, picture, note]},
        {"content": [link]},
        {"content": []},
    )
    kernel.ok("from lathe.tools.my_crm import create_contact as add")
    assert kernel.ok("add('a')").text == "{'id': [1, 2]}"
    assert kernel.ok("add('a')").text == "'[not data'"
    assert kernel.ok("add('a')").text == "{'a': 1}"
    assert kernel.ok("add('a')").text == "[0, 0, 0, 0, 0, 0, 0, 0, 0]"
    assert kernel.ok("len(add('a'))").text == "3000000"
    ran = kernel.ok("add('a')")
    name = "my-crm-create-contact.png"
    assert ran.text == f"['a', Blob(image/png, 4 bytes, artifact {name}), 'a note']"
    assert [(one.payload["name"], one.content) for one in ran.artifacts] == [(name, b"\x89PNG")]
    assert kernel.ok("link = add('a'); link, link.mime").text == "('file:///a', 'text/plain')"
    assert kernel.ok("print(add('a'))").stdout == "None\n"


def test_a_failure_is_an_exception_in_the_servers_words(kernel: Kernel) -> None:
    failed = {"content": [{"type": "text", "text": "no\x1b[31m such\u202e " + "x" * 5_000}]}
    _served(kernel, {**failed, "is_error": True})
    kernel.ok("from lathe.tools.my_crm import create_contact as add")
    ran = kernel.run("add('a')")
    assert ran.error["type"].endswith("ToolError")
    message = ran.error["message"]
    assert message.startswith("my-crm.create-contact: no[31m such x")
    assert len(message) < 2_100
    kernel.handlers["tool_call"] = lambda _arguments, _received: (
        {"error": {"code": "not_allowed", "reason": "the user said no"}},
        [],
    )
    assert kernel.run("add('a')").error["message"] == "the user said no"


def test_a_saved_memory_brings_tools_back_without_asking(make_kernel: MakeKernel) -> None:
    code = """
import pickle, io
import lathe.tools.my_crm as server
from lathe.tools.my_crm import create_contact
from lathe_kernel import memory_pickle
sink = io.BytesIO()
pickler = memory_pickle.MemoryPickler(sink, memory_pickle.Data(), globals())
pickler.dump({"add": create_contact, "server": server})
"""
    first, second = make_kernel(), make_kernel()
    first.start()
    _served(first, _text(""))
    saved = first.ok(code + "sink.getvalue().hex()").text.strip("'")
    second.start()
    second.ok(f"import pickle; back = pickle.loads(bytes.fromhex({saved!r}))")
    calls = _served(second, _text("called"))
    assert second.ok("back['add']('x'), back['server'].__name__").text == (
        "('called', 'lathe.tools.my_crm')"
    )
    assert calls[0]["name"] == "create-contact"
