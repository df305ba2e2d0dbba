"""Names that nobody gave."""

from tests_program.endpoint import MODEL, ModelServer, Text
from tests_program.program import PATIENCE, Lathe


def test_tasks_that_begin_at_once_with_the_same_words_get_sessions_of_their_own(
    lathe: Lathe,
) -> None:
    with ModelServer(then=Text("done")) as server:
        user = lathe.having(**server.variables)
        # All of them look for a free name while none has made its session yet.
        together = [user.start("ask", "Say it is done", "-m", MODEL, "-q") for _ in range(4)]
        ended = [
            (*process.communicate(timeout=PATIENCE), process.returncode) for process in together
        ]
    assert [(code, out) for out, _, code in ended] == [(0, "done\n")] * 4, ended
    names = sorted(row["name"] for row in user.run("sessions", "list", "--json").json_lines()[0])
    assert names == ["say-it-is-done", *(f"say-it-is-done-{number}" for number in (2, 3, 4))]
