"""The recorded examples of an agent: files beside it that say what it was asked and what it did.

`fixtures/NAME/example_X.json` is an example, `example_X.replies.jsonl` the replies of the model
that played the agent on it. Both are read here, as text; nothing of them is run.
"""

import ast
import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final, TypedDict, cast

from lathe_library import facts, sensitive
from lathe_library.facts import Refusal
from lathe_library.findings import Finding, finding

FILE: Final = re.compile(r"example_[a-z0-9][a-z0-9_]{0,39}(\.json|\.replies\.jsonl)\Z")
LONGEST_DATA: Final = 64 * 1024
_LONGEST_TASK: Final = 40_000
_MOST: Final = 20
_FIELDS: Final = {"task": str, "label": str, "data": str, "files": list}
_FREE: Final = ("returns", "expects")
# What the text of an example's data may call, and the keywords that it may give.
_CALLS: Final[Mapping[str, frozenset[str]]] = {
    "pd.DataFrame": frozenset(),
    "pd.Series": frozenset({"dtype", "name"}),
    "pd.to_datetime": frozenset(),
    "pd.Timestamp": frozenset(),
    "pd.Timedelta": frozenset(),
    "np.array": frozenset({"dtype"}),
    "float": frozenset(),
    "datetime.date": frozenset(),
    "datetime.datetime": frozenset(),
    "datetime.timedelta": frozenset({"days", "seconds", "microseconds"}),
}
_READERS: Final = ("pd.read_csv", "pd.read_parquet")


def require_data(text: str, files: Collection[str]) -> None:
    """Refuse what is no plain text of data: literals, tables of these, and files that are there.

    Raises:
        Refusal: it has something else in it; the reason names it.
    """
    if len(text) > LONGEST_DATA:
        raise Refusal(f"`data` is longer than {LONGEST_DATA // 1024} KiB: put tables into a file.")
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Refusal("`data` is no Python expression that can be read.") from None
    _require(tree.body, files)


def _require(node: ast.expr, files: Collection[str]) -> None:
    match node:
        case ast.Constant(value=str() | int() | float() | bool() | bytes() | None):
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float())):
            return
        case ast.List(elts=members) | ast.Tuple(elts=members) | ast.Set(elts=members):
            for one in members:
                _require(one, files)
        case ast.Dict(keys=keys, values=values):
            for key, one in zip(keys, values, strict=True):
                if key is None:
                    raise Refusal("`data` has `**` in a dict; write its items out.")
                _require(key, files)
                _require(one, files)
        case ast.Call():
            _require_call(node, files)
        case _:
            raise Refusal(
                f"`data` has `{ast.unparse(node):.60}`, which is no plain data: write literals, "
                "pd.DataFrame({…}), or pd.read_csv(file(NAME)) of a file beside the example."
            )


def _require_call(node: ast.Call, files: Collection[str]) -> None:
    called = ast.unparse(node.func)
    if called in _READERS:
        match node.args:
            case [ast.Call(func=ast.Name(id="file"), args=[ast.Constant(value=str() as name)])]:
                if name in files and not node.keywords:
                    return
            case _:
                pass
        known = ", ".join(sorted(files)) or "none"
        raise Refusal(f'`{called}` reads only file("NAME") of the example\'s files ({known}).')
    if called not in _CALLS:
        raise Refusal(f"`data` calls `{called:.60}`; {', '.join([*_CALLS, *_READERS])} are there.")
    for keyword in node.keywords:
        if keyword.arg not in _CALLS[called]:
            raise Refusal(f"`data` calls {called} with `{keyword.arg!s:.40}`, which it may not.")
        _require(keyword.value, files)
    for one in node.args:
        _require(one, files)


def example_findings(files: Mapping[str, str], fixtures: Collection[str]) -> list[Finding]:
    """Return what is wrong with the example files of an agent, by the names of the files."""
    found: list[Finding] = []
    names = [one for one in files if one.endswith(".json")]
    if len(names) > _MOST:
        found.append(finding("example-form", None, f"{len(names)} examples; at most {_MOST}."))
    for name in sorted(files):
        try:
            if name.endswith(".replies.jsonl"):
                _require_replies(name, files)
            else:
                _require_example(files[name], fixtures)
        except Refusal as refusal:
            found.append(finding("example-form", None, f"{name}: {refusal}"))
            continue
        lines = files[name].splitlines() if name.endswith(".jsonl") else [files[name]]
        if reason := next((why for line in lines if (why := _sensitive(line))), ""):
            found.append(finding("example-sensitive", None, f"{name}: {reason}."))
    return found


def _require_example(text: str, fixtures: Collection[str]) -> None:
    fields = _loaded(text)
    if unknown := sorted(set(fields) - set(_FIELDS) - set(_FREE)):
        raise Refusal(f"an example has no {', '.join(unknown)!s:.80}.")
    for name, kind in _FIELDS.items():
        if name in fields and not isinstance(fields[name], kind):
            raise Refusal(f"`{name}` is not of the type {kind.__name__}.")
    if not isinstance(fields.get("task"), str) or len(fields["task"]) > _LONGEST_TASK:
        raise Refusal(f"`task` is a text of at most {_LONGEST_TASK:,} characters.")
    for name in _FREE:
        if fields.get(name) is not None and not isinstance(fields[name], dict):
            raise Refusal(f"`{name}` is a JSON Schema.")
    files = cast("list[object]", fields.get("files", []))
    for one in files:
        if not isinstance(one, str) or one not in fixtures or FILE.match(one):
            raise Refusal(f"its file {one!r:.80} does not lie beside it.")
    if "data" in fields:
        require_data(fields["data"], cast("list[str]", files))
    elif files:
        raise Refusal("it has files and no `data` that reads them.")


def _require_replies(name: str, files: Mapping[str, str]) -> None:
    if name.removesuffix(".replies.jsonl") + ".json" not in files:
        raise Refusal("there is no example of this name beside it.")
    for line in files[name].splitlines():
        _loaded(line)


def _loaded(text: str) -> dict[str, Any]:
    try:
        loaded: object = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("it is not JSON.") from None
    if not isinstance(loaded, dict):
        raise Refusal("it is no JSON object.")
    return cast("dict[str, Any]", loaded)


class Screened(TypedDict):
    """What keeps a run from being an example, empty for nothing, and whether it asked otherwise."""

    reason: str
    asks_other: bool


def screened(request: Mapping[str, object]) -> list[Screened]:
    """Return for each run of an agent what keeps it from being an example of it.

    The request has the `source` and `name` of the agent, and `runs`: instructions, returns, task,
    data, files by name, and the replies with their code.
    """
    source, name = str(request.get("source", "")), str(request.get("name", ""))
    known = facts.read(source, "agent", name)
    runs = cast("list[dict[str, Any]]", request.get("runs") or [])
    return [
        {"reason": _reason(one, known), "asks_other": one.get("returns") != known.returns}
        for one in runs
    ]


def _reason(run: Mapping[str, Any], known: facts.Facts) -> str:
    if str(run.get("instructions", "")).strip() != (known.instructions or "").strip():
        return "its agent was told something else"
    files = cast("dict[str, str]", run.get("files") or {})
    data = run.get("data")
    if data is not None:
        try:
            require_data(str(data), files)
        except Refusal as refusal:
            return str(refusal)
    parts = [sensitive.reason(str(run.get("task", ""))), sensitive.in_code(str(data or ""))]
    parts += [sensitive.reason(text) for text in files.values()]
    parts.append(sensitive.reason(run.get("result")))
    parts += [sensitive.reason(str(one)) for one in cast("list[object]", run.get("texts") or [])]
    parts += [sensitive.in_code(str(one)) for one in cast("list[object]", run.get("codes") or [])]
    return next(filter(None, parts), "")


def _sensitive(text: str) -> str:
    """Return why an object is not to lie in a library; its hashes are lathe's own."""
    fields = {key: one for key, one in _loaded(text).items() if not key.lower().endswith("sha256")}
    reply = fields.pop("reply", None)
    found = [sensitive.in_code(str(fields.pop("data", "")))]
    if isinstance(reply, dict):
        members = cast("dict[str, Any]", reply)
        found.append(sensitive.reason(str(members.get("text", ""))))
        calls = cast("list[dict[str, Any]]", members.get("calls") or [])
        found += [sensitive.in_code(str(one.get("code", ""))) for one in calls]
    found.append(sensitive.reason(fields))
    return next(filter(None, found), "")
