"""The command that lathe runs to read its library: JSON out, and nothing is ever imported.

index DIR                    every capability, those that wait too
read DIR KIND NAME [SHELF]   one capability with its source and tests; SHELF: approved or proposed
facts KIND NAME              the facts of the source on standard input, of a saved capability
inspect KIND NAME            the facts of the source on standard input, or a refusal
distil DIR                   what {sessions} did that deserves saving, and what DIR has of it
examine DIR [KEPT]           what reading {source, tests, kind, name, examples} finds, and its
                             likes in DIR; KEPT: a file for what is derived of DIR
screen                       what keeps {runs} from being examples of the agent {source, name}
compose                      the whole text for {source, kind, name, version, status, created, …}
tidy                         {source, tests} formatted, with safe fixes made
restate                      the text {text} with {fields} changed in its block
"""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any, cast

# Run by path, in isolated mode: the package is found beside this file.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# What one command alone needs is imported where it is carried out: a session waits for each start.
from lathe_library import block, facts, names
from lathe_library.facts import Kind, Refusal

_MAXIMUM_REQUEST = 4 * facts.MAXIMUM_BYTES
_MAXIMUM_SESSIONS = 32 << 20
_USAGE = 2
_REFUSED = 1
_WANTED = ("source", *(name for name in block.TEXTS if name != "sha256"))
_OPTIONAL = ("prompt_sha256", "writer", "purpose", "tests_sha256")


def main(arguments: list[str]) -> int:
    """Carry out one command: 0 done, 1 refused with {"refusal": …} as the output, 2 misused."""
    try:
        match arguments:
            case ["index", root]:
                from lathe_library import folder

                _print(folder.index(Path(root)))
            case ["read", root, ("function" | "agent") as kind, name]:
                from lathe_library import folder

                _print(folder.described(folder.record(Path(root), kind, name)))
            case [
                "read",
                root,
                ("function" | "agent") as kind,
                name,
                ("approved" | "proposed") as shelf,
            ]:
                from lathe_library import folder

                _print(folder.described(folder.record(Path(root), kind, name, shelf)))
            case ["facts", ("function" | "agent") as kind, name]:
                _print(dataclasses.asdict(facts.read(_request(), kind, name)))
            case ["inspect", ("function" | "agent") as kind, name]:
                _print(_inspected(_request(), kind, name))
            case ["examine", root]:
                _print(_examined(Path(root), _object(_request()), None))
            case ["examine", root, kept]:
                _print(_examined(Path(root), _object(_request()), Path(kept)))
            case ["distil", root]:
                from lathe_library import distilling

                request = _object(_request(_MAXIMUM_SESSIONS))
                _print(distilling.distilled(Path(root), request))
            case ["screen"]:
                from lathe_library import examples

                _print({"runs": examples.screened(_object(_request(_MAXIMUM_SESSIONS)))})
            case ["compose"]:
                _print({"text": _composed(_object(_request()))})
            case ["tidy"]:
                _print(_tidied(_object(_request())))
            case ["restate"]:
                _print({"text": _restated(_object(_request()))})
            case _:
                print(__doc__, file=sys.stderr)
                return _USAGE
    except Refusal as refusal:
        _print({"refusal": str(refusal)})
        return _REFUSED
    return 0


def _inspected(source: str, kind: Kind, name: str) -> dict[str, Any]:
    body = block.normalised(source)
    known = facts.read(body, kind, name)
    names.require_free(name)
    return {**dataclasses.asdict(known), "source": body, "sha256": block.sha256(body)}


def _examined(root: Path, fields: dict[str, object], kept: Path | None) -> dict[str, Any]:
    from lathe_library import examining, examples, named, neighbours

    texts = {key: value for key, value in fields.items() if isinstance(value, str)}
    kind, name = texts.get("kind"), texts.get("name", "")
    if kind not in ("function", "agent"):
        raise Refusal(f"{kind!r:.40} is neither function nor agent.")
    source = texts.get("source", "")
    beside = {
        key: one for key, one in _members(fields.get("examples")).items() if isinstance(one, str)
    }
    one = examining.examined(source, texts.get("tests", ""), kind, name, has_examples=bool(beside))
    near, untold = neighbours.near_duplicates(root, source, kind, name, kept)
    untold += named.unknown(root, block.normalised(source), kind, name)
    fixtures = [one for one in _list(fields.get("fixtures")) if isinstance(one, str)]
    if kind == "agent":
        untold += examples.example_findings(beside, fixtures)
    told = dataclasses.asdict(one) | {"near": [dataclasses.asdict(each) for each in near]}
    told["findings"] += [dataclasses.asdict(each) for each in untold]
    return told


def _composed(fields: dict[str, object]) -> str:
    texts = {name: value for name in _WANTED if isinstance(value := fields.get(name), str)}
    if missing := [name for name in _WANTED if name not in texts and name not in _OPTIONAL]:
        raise Refusal(f"the request lacks {', '.join(missing)}.")
    kind = texts["kind"]
    if kind not in ("function", "agent"):
        raise Refusal(f"{kind!r:.40} is neither function nor agent.")
    body = block.normalised(texts.pop("source"))
    known = facts.read(body, kind, texts["name"])
    cells = [one for one in _list(fields.get("cells")) if isinstance(one, int)]
    version = fields.get("version", 1)
    if not isinstance(version, int):
        raise Refusal("the request's version is no number.")
    wrong: list[str] = []
    data = block.checked_data(fields.get("data", []), wrong)
    text = block.composed(body, texts, known.dependencies, version, cells, data)
    if problems := [*wrong, *block.split(text).problems]:
        raise Refusal(f"the request makes no block: {'; '.join(problems)}.")
    if len(text.encode()) > facts.MAXIMUM_BYTES:
        raise Refusal(f"the source is larger than {facts.MAXIMUM_BYTES // 1024} KiB.")
    return text


def _tidied(fields: dict[str, object]) -> dict[str, str]:
    from lathe_library import lint

    texts = {key: one for key in ("source", "tests") if isinstance(one := fields.get(key), str)}
    return {key: lint.tidied(text) if text.strip() else text for key, text in texts.items()}


def _restated(request: dict[str, object]) -> str:
    text, changes = request.get("text"), request.get("fields")
    if not isinstance(text, str) or not isinstance(changes, dict):
        raise Refusal("the request lacks text and fields.")
    known = cast("dict[str, object]", changes)
    if unknown := sorted(set(known) - set(block.FIELDS)):
        raise Refusal(f"a block has no {', '.join(unknown)}.")
    return block.restated(text, known)


def _members(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _object(request: str) -> dict[str, object]:
    try:
        loaded: object = json.loads(request)
    except (ValueError, RecursionError):
        raise Refusal("the request is not JSON.") from None
    if not isinstance(loaded, dict):
        raise Refusal("the request is not a JSON object.")
    return cast("dict[str, object]", loaded)


def _request(most: int = _MAXIMUM_REQUEST) -> str:
    content = sys.stdin.buffer.read(most + 1)
    if len(content) > most:
        raise Refusal("the request is too large.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("the request is not UTF-8.") from None


def _print(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
