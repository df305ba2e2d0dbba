"""What the stand-in of a notebook answers: host calls of the cells that are in it."""

from collections.abc import Iterable
from typing import Any

from lathe_export.files import Folder
from lathe_export.session import Call, Cell, Session


def answers(session: Session, cells: Iterable[Cell], folder: Folder) -> dict[str, Any]:
    """Return the recorded answers by the name of the call."""
    found: dict[str, list[dict[str, Any]]] = {}
    for cell in cells:
        batch: dict[str, Any] | None = None
        for call in cell.calls:
            record = _record(call, session, folder)
            if record is None:
                continue
            # One delegation of many slices makes several calls, one after the other.
            if call.name == "delegate" and batch is not None and _continues(batch, record):
                batch["subtasks"] += record["subtasks"]
                batch["asked"]["labels"] += record["asked"]["labels"]
                continue
            found.setdefault(call.name, []).append(record)
            batch = record if call.name == "delegate" else batch
    if session.inputs:
        found["inputs"] = [
            {"inside": f"/data/{place}/{one['path'].rpartition('/')[2]}", "path": one["path"]}
            for place, one in enumerate(session.inputs)
        ]
    return found


def _record(call: Call, session: Session, folder: Folder) -> dict[str, Any] | None:
    asked = _asked(call)
    if asked is None or call.answer is None:
        return None
    if call.answer.get("reason") is not None:
        reason = {"code": call.answer.get("code"), "reason": call.answer["reason"]}
        return {"asked": asked, **reason}
    value: dict[str, Any] = call.answer.get("value") or {}
    match call.name:
        case "delegate":
            subtasks = [_outcome(one, session) for one in value["subtasks"]]
            return {"asked": asked, "subtasks": subtasks}
        case "ask_model":
            return {"asked": asked, "value": value["value"]}
        case "output":
            return {"asked": asked, "text": _output(asked, session, folder)}
        case "send":
            return {"asked": asked, "id": value["message"]}
        case "messages":
            found = [_message(session.messages[one]) for one in value["messages"]]
            return {"asked": asked, "messages": found}
        case _:
            return {"asked": asked, **value}


def _message(sent: dict[str, Any]) -> dict[str, Any]:
    named = {name: sent.get(name) for name in ("id", "kind", "text", "value", "topic", "important")}
    return {**named, "sender": sent["from"], "reply_to": sent.get("replyTo")}


def _asked(call: Call) -> dict[str, Any] | None:
    """Return what tells one call of a kind from another; None for calls that need no answer."""
    arguments = call.arguments
    match call.name:
        case "delegate":
            labels = [one["label"] for one in arguments.get("items", [])]
            return {"task": arguments.get("task", ""), "labels": labels}
        case "ask_model":
            return {"prompt": arguments.get("prompt")}
        case "output":
            return {"cell": arguments.get("cell"), "stream": arguments.get("stream")}
        case "send":
            return {"text": arguments.get("text", "")}
        case "messages" if not arguments.get("urgent"):
            return {"all": bool(arguments.get("all")), "reply_to": arguments.get("reply_to")}
        case "checkpoint" | "branch" | "note" | "ledger":
            return {}
        case "remember" | "recall" | "agents":
            return {"words": arguments.get("text") or arguments.get("query")}
        case _:
            return None


def _continues(batch: dict[str, Any], record: dict[str, Any]) -> bool:
    # Only full messages are followed by another of the same delegation.
    same = batch["asked"]["task"] == record["asked"]["task"]
    return same and "subtasks" in batch and "subtasks" in record and len(batch["subtasks"]) >= 200


def _outcome(started: dict[str, Any], session: Session) -> dict[str, Any]:
    ended = session.subtasks.get(int(started["id"]), {})
    usage: dict[str, Any] = ended.get("usage", {})
    tokens = sum(n for n in usage.values() if isinstance(n, int) and not isinstance(n, bool))
    return {
        "id": started["id"],
        "label": started["label"],
        "status": ended.get("status", "not_run"),
        "value": ended.get("value"),
        "reason": ended.get("reason") or ("" if ended else "it has no recorded end"),
        "tokens": tokens,
        "seconds": ended.get("seconds"),
    }


def _output(asked: dict[str, Any], session: Session, folder: Folder) -> str:
    for cell in session.cells:
        if cell.number == asked["cell"] and cell.result is not None:
            match asked["stream"]:
                case "stdout" | "stderr" as stream:
                    return folder.text(cell.result[stream])
                case "result":
                    value = cell.result.get("value")
                    return folder.text(value["text"]) if value else ""
                case _:
                    failure: dict[str, Any] = cell.result.get("failure") or {}
                    return str(failure.get("traceback", ""))
    return ""
