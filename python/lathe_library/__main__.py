"""The command that lathe runs to read its library: JSON out, and nothing is ever imported.

index DIR             every capability
read DIR KIND NAME    one capability with its source
search DIR LIMIT      the best entries for the query on standard input
inspect KIND NAME     the facts of the source on standard input, or a refusal
examine DIR           what reading {source, tests, kind, name} finds, and what of DIR it resembles
compose               the whole text for {source, kind, name, status, created, session, model}
"""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any, cast

# Run by path, in isolated mode: the package is found beside this file.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lathe_library import block, examining, facts, folder, neighbours, search
from lathe_library.facts import Kind, Refusal

_MAXIMUM_REQUEST = 4 * facts.MAXIMUM_BYTES
_USAGE = 2
_REFUSED = 1


def main(arguments: list[str]) -> int:
    """Carry out one command: 0 done, 1 refused with {"refusal": …} as the output, 2 misused."""
    try:
        match arguments:
            case ["index", root]:
                _print(folder.index(Path(root)))
            case ["read", root, ("function" | "agent") as kind, name]:
                _print(folder.described(folder.record(Path(root), kind, name)))
            case ["search", root, limit] if limit.isdecimal():
                _print(search.ranked(folder.index(Path(root)), _request(), int(limit)))
            case ["inspect", ("function" | "agent") as kind, name]:
                _print(_inspected(_request(), kind, name))
            case ["examine", root]:
                _print(_examined(Path(root), _request()))
            case ["compose"]:
                _print({"text": _composed(_request())})
            case _:
                print(__doc__, file=sys.stderr)
                return _USAGE
    except Refusal as refusal:
        _print({"refusal": str(refusal)})
        return _REFUSED
    return 0


def _inspected(source: str, kind: Kind, name: str) -> dict[str, Any]:
    body = block.normalised(source)
    return {**dataclasses.asdict(facts.read(body, kind, name)), "sha256": block.sha256(body)}


def _examined(root: Path, request: str) -> dict[str, Any]:
    fields = _fields(request)
    texts = {key: value for key, value in fields.items() if isinstance(value, str)}
    kind, name = texts.get("kind"), texts.get("name", "")
    if kind not in ("function", "agent"):
        raise Refusal(f"{kind!r:.40} is neither function nor agent.")
    one = examining.examined(texts.get("source", ""), texts.get("tests", ""), kind, name)
    near, untold = neighbours.near_duplicates(root, texts.get("source", ""), kind, name)
    told = dataclasses.asdict(one) | {"near": [dataclasses.asdict(each) for each in near]}
    told["findings"] += [dataclasses.asdict(each) for each in untold]
    return told


def _fields(request: str) -> dict[str, object]:
    try:
        loaded: object = json.loads(request)
    except (ValueError, RecursionError):
        raise Refusal("the request is not JSON.") from None
    if not isinstance(loaded, dict):
        raise Refusal("the request is not a JSON object.")
    return cast("dict[str, object]", loaded)


def _composed(request: str) -> str:
    fields = _fields(request)
    wanted = ("source", *(name for name in block.FIELDS if name != "sha256"))
    texts = {name: value for name in wanted if isinstance(value := fields.get(name), str)}
    if missing := [name for name in wanted if name not in texts]:
        raise Refusal(f"the request lacks {', '.join(missing)}.")
    kind = texts["kind"]
    if kind not in ("function", "agent"):
        raise Refusal(f"{kind!r:.40} is neither function nor agent.")
    body = block.normalised(texts.pop("source"))
    known = facts.read(body, kind, texts["name"])
    text = block.composed(body, texts, known.dependencies)
    if len(text.encode()) > facts.MAXIMUM_BYTES:
        raise Refusal(f"the source is larger than {facts.MAXIMUM_BYTES // 1024} KiB.")
    return text


def _request() -> str:
    content = sys.stdin.buffer.read(_MAXIMUM_REQUEST + 1)
    if len(content) > _MAXIMUM_REQUEST:
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
