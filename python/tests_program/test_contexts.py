"""Subtasks that edit their contexts and ask for specialists: killed, gone on with, replayed."""

import json
from typing import Any

import pytest

from tests_program.endpoint import MODEL, Code, Line, ModelServer, Refusal, Text
from tests_program.killing import killed_when
from tests_program.program import Lathe
from tests_program.shop import refused

_DELEGATING = """
surveyor = lathe.agent("surveyor", "Survey the harbour.", {"depth": float})
told = lathe.delegate(surveyor, "how deep?", data=depths).result()
lathe.answer(f"{told['depth']} m")
"""
_EDITING = """
depth = 2.0
lathe.context.edit(focus="the tide comes first", include=["slice:data"], because="depth varies")
"""
_ASKING = """
got = lathe.request_specialist("the tide", "I know no tides", data=data, returns={"tide": float})
lathe.answer({"depth": depth + got["tide"]})
"""
_GRANT = {
    "decision": "spawn",
    "reason": "it needs one",
    "steps": [{"agent": None, "instructions": "Read tides.", "task": "sum v up"}],
}


class Harbour(ModelServer):
    """Answers whoever asks by what is asked."""

    def line(self, index: int, request: dict[str, Any]) -> Line:
        """Give the reply to a request by its words."""
        text = json.dumps(request["messages"], ensure_ascii=False)
        if "Who asks: surveyor" in text:
            return Text(json.dumps(_GRANT))
        if "You are specialist, a sub-agent" in text:
            return Code("lathe.answer({'tide': float(data['v'].sum())})")
        if "You are surveyor, a sub-agent" in text:
            if "begins anew" in text:
                return Code(_ASKING)
            said = any(one["role"] == "assistant" for one in request["messages"])
            return Code(_EDITING if said else "1 / 0")
        if "How deep is it" in text:
            return Code(_DELEGATING)
        return Refusal(400, "the script has no such line")


@pytest.mark.slow
def test_a_killed_subtask_goes_on_in_its_edited_context_and_is_replayed(lathe: Lathe) -> None:
    lathe.write("depths.csv", "v\n1.0\n2.5\n")
    with Harbour() as server:
        user = lathe.having(**server.variables)
        ask = ("ask", "How deep is it?", "--data", "depths.csv", "-m", MODEL, "-s", "s", "-q")
        killed_when(user, "s", "specialist_decided", 1, *ask)
        done = user.run("resume", "s", "-q")
        assert (done.code, done.out) == (0, "5.5 m\n"), done
        assert len(server.requests) <= 6 + 2, "replies that arrived were paid again"
    for kind in ("context_edited", "context_kept", "specialist_asked", "specialist_decided"):
        assert len(lathe.events("s", kind)) == 1, kind
    shown = lathe.run("sessions", "show", "s").out
    assert "context edited (1 of 3): focus + the tide comes first" in shown
    assert "specialist 1 granted (model): it needs one" in shown
    replayed = lathe.run("replay", "s", "--session", "again", "--quiet")
    assert (replayed.code, replayed.err) == (0, ""), replayed
    (edited,) = lathe.events("again", "context_edited")
    (first,) = lathe.events("s", "context_edited")
    assert edited.data["text"] == first.data["text"]


def test_who_is_asked_about_a_specialist_sees_who_asks_and_all_that_would_run(
    lathe: Lathe,
) -> None:
    lathe.write("depths.csv", "v\n1.0\n2.5\n")
    lathe.write("lathe.json", '{"specialists": {"decide": "ask"}}')
    with Harbour() as server:
        user = lathe.having(**server.variables)
        ask = ("ask", "How deep is it?", "--data", "depths.csv", "-m", MODEL, "-s", "s")
        with user.on_terminal(*ask) as run:
            run.wait_for(r"Allow it\?")
            asked = " ".join(run.text.split())
            for part in (
                "coordinator/surveyor asks for a specialist: the tide",
                "one that is told: > Read tides. to do: > sum v up",
            ):
                assert part in asked, run.text
            run.press("y\n")
            assert run.end() == 0, run.text
            run.check()
    (decided,) = lathe.events("s", "specialist_decided")
    assert decided.data["decided"] == "user"


def test_settings_of_contexts_and_specialists_are_shown_and_checked(lathe: Lathe) -> None:
    lathe.write("lathe.json", '{"contexts": {"edits": 1}, "specialists": {"decide": "deny"}}')
    told = lathe.run("doctor").out
    assert "a subtask may edit its context 1 time, 1000 tokens" in told
    assert "deny: subtasks get none" in told
    lathe.write("lathe.json", '{"contexts": {"edits": 21}}')
    refused(lathe.run("doctor"), 2, "contexts.edits must be a whole number from 0 to 20")
    lathe.write("lathe.json", '{"specialists": {"decide": "allow"}}')
    refused(lathe.run("doctor"), 2, 'specialists.decide must be "model", "ask" or "deny"')
