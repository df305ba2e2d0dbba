import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import mcp_types as types
from test_signatures import schema

from lathe_signatures.stubs import MARK, package, stub
from lathe_signatures.tool import Definition, functions
from lathe_tools.described import described
from lathe_tools.results import call_result, shorten

_NAMES = ["list", "str", "dict", "Any", "TypedDict", "get-it", "get_it", "import", "FooAddress"]


def test_a_tool_is_described_by_its_signature_its_objects_and_its_sentence() -> None:
    address = {"title": "Address", "type": "object", "properties": {"zip": {"type": "string"}}}
    definition = {
        "name": "create-contact",
        "description": "Add a\x1b[2J person. Then more.",
        "inputSchema": {"properties": {"to": address, "n": {}}, "required": ["n"]},
    }
    given = {"server": "my-crm", "python_name": "create_contact", "definition": definition}
    assert described([given]) == {
        "tools": [
            {
                "signature": "create_contact(n: Any, *, to: Address = ...)",
                "shapes": ["Address = {zip?: str}"],
                "summary": "Add a[2J person.",
            }
        ]
    }


def test_any_definitions_become_stubs_that_a_type_checker_accepts(tmp_path: Path) -> None:
    definitions: dict[str, Definition] = {}
    for seed in range(40):
        chance = random.Random(seed)
        for number in range(6):
            name = chance.choice(_NAMES) + chance.choice(["", f"_{seed}_{number}"])
            inner: Any = {key: schema(chance) for key in ("a", "b-c", "in", "list", "str")}
            inner["address"] = {"title": "Address", "type": "object", "properties": {"": {}}}
            defined = {"A": schema(chance), "B": schema(chance)}
            takes = {"type": "object", "properties": inner, "$defs": defined}
            gives = chance.choice([None, schema(chance)])
            definitions.setdefault(name, Definition("s", name, 'Says """\\', takes, gives))
    files = package(["crm"])
    files["lathe/tools/crm.pyi"] = stub("crm", functions([*definitions.values()]))
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        assert text.startswith(MARK + "\n")
    checker = Path(sys.prefix) / "bin" / "basedpyright"
    checked = subprocess.run(
        [checker, "--outputjson", "lathe"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(checked.stdout)
    assert told["summary"]["filesAnalyzed"] == 3
    assert [one for one in told["generalDiagnostics"] if one["severity"] == "error"] == []


def test_texts_that_repeat_structured_content_are_left_out_and_counted() -> None:
    texts = [{"type": "text", "text": str(number)} for number in range(1_000)]
    image = {"type": "image", "data": "iVBO", "mimeType": "image/png"}

    def answer(content: list[Any], **more: Any) -> dict[str, Any]:
        result = {"content": content, **more}
        shorten(result)
        return call_result(types.CallToolResult.model_validate(result))

    many = answer([*texts, image], structuredContent={"result": [1]}, _meta={"a": 1})
    assert (len(many["content"]), many["texts_left_out"]) == (65, 936)
    assert many["content"][-1]["type"] == "image"
    for whole in (
        answer(texts[:64], structuredContent={"result": [1]}),
        answer(texts, structuredContent={"result": [1]}, isError=True),
        answer(texts),
    ):
        assert "texts_left_out" not in whole
    assert len(answer(texts)["content"]) == 1_000
