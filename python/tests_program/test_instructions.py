"""A project's AGENTS.md, as the model and the user see it."""

import hashlib
import json

from tests_program.endpoint import MODEL, Code, ModelServer
from tests_program.program import Done, Lathe

_ANSWER = Code("lathe.answer('done')")


def _asked(lathe: Lathe) -> tuple[Done, str]:
    with ModelServer(_ANSWER) as server:
        done = lathe.having(**server.variables).run("ask", "Why?", "-m", MODEL, "-s", "s")
        return done, json.dumps(server.requests[0]["messages"])


def test_the_model_is_told_and_the_session_shows_what(lathe: Lathe) -> None:
    lathe.write("AGENTS.md", "Report delays in minutes.\n")
    lathe.write("sub/AGENTS.md", "Never read.\n")
    done, messages = _asked(lathe)
    assert done.code == 0, done
    assert "Report delays in minutes." in messages
    assert messages.index("Report delays") < messages.index("Why?")
    assert "Never read." not in messages
    (read,) = lathe.events("s", "instructions_read")
    assert read.data["sha256"] == hashlib.sha256(b"Report delays in minutes.\n").hexdigest()
    shown = lathe.run("sessions", "show", "s")
    assert "AGENTS.md: 26 characters told to the model" in " ".join(shown.out.split())


def test_it_can_be_turned_off(lathe: Lathe) -> None:
    lathe.write("AGENTS.md", "Report delays in minutes.\n")
    lathe.write("lathe.json", '{"instructions": false}')
    _, messages = _asked(lathe)
    assert "minutes" not in messages
    assert lathe.events("s", "instructions_read") == []


def test_a_link_out_of_the_project_is_not_followed(lathe: Lathe) -> None:
    (lathe.home / "secret").write_text("the secret words")
    (lathe.project / "AGENTS.md").symlink_to(lathe.home / "secret")
    done, messages = _asked(lathe)
    assert done.code == 0
    assert "secret words" not in messages
    notices = [event.data["text"] for event in lathe.events("s", "notice")]
    assert any("link to somewhere outside of the project" in text for text in notices)
