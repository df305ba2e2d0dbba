"""What it costs to move a document from one tool to another: all tokens, of all requests."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lathe_bench import crm_job, tokens
from lathe_bench.cells import BenchError
from lathe_bench.figure import Figure, Floor, Line
from lathe_bench.lathe_user import LatheUser
from lathe_bench.run import Run
from lathe_bench.scripted_model import Call, Calls, Reply, ScriptedModel, Words
from lathe_bench.tool_job import ToolJob
from lathe_bench.tool_peer import PYDANTIC_AI

NAMES = ("crm_tokens", "crm_output_tokens", "crm_requests", "crm_transcript_tokens")
_UNIT = "o200k tokens"
_LEARN = """
from lathe.tools import crm, documents
for server in (crm, documents):
    for name in dir(server):
        help(getattr(server, name))
"""
_LOOK = f"""
from lathe.tools.documents import get_transcript
from lathe.tools.crm import attach_note, list_records
text = get_transcript("{crm_job.MEETING}")["text"]
records = list_records("")["records"]
print(len(text), text[:300], records[:2])
"""
_ATTACH = """
discussed = [record for record in records if record["account"] in text]
for record in discussed:
    attach_note(record["id"], text)
lathe.answer(f"Attached to {len(discussed)}: " + ", ".join(each["account"] for each in discussed))
"""


@dataclass(frozen=True)
class Spent:
    """The tokens of a whole run."""

    read: int
    written: int
    requests: int


def crm(run: Run) -> Iterator[Line]:
    """The same work by direct calls, each result through the context, and by code in a kernel."""
    PYDANTIC_AI.check()
    text = crm_job.transcript()
    size = tokens.of_text(text)
    yield Floor("crm_transcript_tokens", size, _UNIT, f"{len(text.split())} words of two hours")
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        job = ToolJob.made(Path(folder), crm_job.tools(), crm_job.answers(text))
        user = LatheUser.made(run.program.with_name("lathe"), Path(folder) / "user", job.servers)
        ours = _spent(job, text, lambda: _cells(), user.ask)
        peer = f"direct calls, {PYDANTIC_AI.name} {PYDANTIC_AI.version()}"
        theirs = _spent(
            job, text, lambda: _direct(text), lambda task, at: PYDANTIC_AI.run(job, task, at)
        )
    note = f"read and written in {ours.requests} and {theirs.requests} requests"
    total = (ours.read + ours.written, theirs.read + theirs.written)
    yield Figure("crm_tokens", *total, peer, _UNIT, note)
    yield Figure("crm_output_tokens", ours.written, theirs.written, peer, _UNIT)
    yield Figure("crm_requests", ours.requests, theirs.requests, peer, "requests")


def _direct(text: str) -> Sequence[Reply]:
    """What a model writes that calls as much as it can at once."""
    attached = [Call("attach_note", arguments) for _, _, arguments in crm_job.wanted_calls(text)]
    return (
        Calls(
            (
                Call("get_transcript", {"meeting": crm_job.MEETING}),
                Call("list_records", {"query": ""}),
            )
        ),
        Calls(tuple(attached)),
        Words("Attached to three records."),
    )


def _cells() -> Sequence[Reply]:
    return [Call("python", {"code": code.strip()}) for code in (_LEARN, _LOOK, _ATTACH)]


def _spent(
    job: ToolJob,
    text: str,
    replies: Callable[[], Sequence[Reply]],
    run: Callable[[str, str], object],
) -> Spent:
    """Run the task; unless each right record has the whole transcript, nothing counts."""
    script = list(replies())

    def reply(index: int, request: dict[str, Any]) -> Reply:
        unknown = [name for name in _used(script[index]) if name not in tokens.told(request)]
        if unknown:
            raise ValueError(f"{unknown} was never shown to the model")
        return script[index]

    with ScriptedModel(reply) as model:
        run(crm_job.TASK, model.address)
    attached = [call for call in job.calls() if call[1] == "attach_note"]
    if sorted(map(_key, attached)) != sorted(map(_key, crm_job.wanted_calls(text))):
        raise BenchError(f"{len(attached)} notes were attached, not as the task wants")
    written = sum(tokens.of_reply(each) for each in model.replies)
    return Spent(tokens.of_requests(model.requests), written, len(model.requests))


def _used(reply: Reply) -> list[str]:
    """Return the tools that a reply calls or imports."""
    said = "\n".join(tokens.written(reply))
    return [each.name for each in crm_job.tools() if each.name in said]


def _key(call: tuple[str, str, dict[str, Any]]) -> str:
    return json.dumps(call, sort_keys=True)
