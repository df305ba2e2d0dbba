"""Work in the background with real servers: a thousand calls, a killed program, what is listed."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests_program.endpoint import MODEL, Code, ModelServer, Silence, Text
from tests_program.killing import killed_when
from tests_program.program import Lathe
from tests_program.shop import refused

_SHOP = '''"""What the shop knows."""

import asyncio
import pathlib


def get_price(item: str) -> dict[str, float]:
    """Look a price up."""
    return {item: 3.5}


def long_list(count: int) -> str:
    """Say much."""
    return "ab" * count


def sold() -> bool:
    """Say whether something was sold."""
    return pathlib.Path("sold").exists()


async def sell(item: str) -> str:
    """Sell something, which takes until the file `go` is there."""
    with pathlib.Path("sold").open("a") as sold:
        sold.write(item + "\\n")
    while not pathlib.Path("go").exists():
        await asyncio.sleep(0.02)
    return f"sold {item}"
'''


def _shop(lathe: Lathe) -> None:
    lathe.write("tools/shop.py", _SHOP)
    settings = lathe.home / "config" / "lathe"
    settings.mkdir(parents=True)
    (settings / "lathe.json").write_text(json.dumps({"tools": {"allow": ["shop/*"]}}))
    assert lathe.run("tools", "allow", "shop", "--yes").code == 0


@pytest.mark.slow
def test_a_thousand_calls_go_on_at_once_and_a_replay_gives_the_same(lathe: Lathe) -> None:
    _shop(lathe)
    code = (
        "from lathe.tools.shop import get_price, long_list\n"
        "got = lathe.gather(get_price.later(f'i{n}') for n in range(1000))\n"
        "print(len(got), got[999])\n"
        "print(len(long_list.later(200_000).result()), long_list.later(1).uri)\n"
        "lathe.ask_model.later"
    )
    done = lathe.run("exec", "--session=a", code)
    assert done.code == 0, done
    assert "1000 {'i999': 3.5}\n400000 subtask://1002\n" in done.out
    ended = [event.data for event in lathe.events("a", "background_finished")]
    assert len(ended) == 1002
    assert sum(one["status"] == "complete" for one in ended) >= 1001
    # The one that nobody waited for is stopped, or had ended, and said to be so.
    if ended[-1]["status"] != "complete":
        assert "subtask://1002 shop/long_list" in done.err
    assert len(lathe.events("a", "host_called")) < 20
    listed = json.loads(lathe.run("subtasks", "a", "--json").out)
    assert [one["uri"] for one in listed][:2] == ["subtask://1", "subtask://2"]
    assert (listed[0]["kind"], listed[0]["runner"], len(listed)) == ("tool", "shop/get_price", 1002)
    rows = [" ".join(line.split()) for line in lathe.run("subtasks").out.splitlines()]
    assert "subtask://1000 complete tool shop/get_price coordinator" in rows[1000]
    shown = lathe.run("subtasks", "show", "subtask://7")
    assert '"i6": 3.5' in shown.out
    refused(lathe.run("subtasks", "show", "seven"), 2, "subtask://7")
    refused(lathe.run("subtasks", "show", "9999", "-s", "a"), 1, "no subtask://9999")
    (lathe.project / "tools" / "shop.py").unlink()
    replayed = lathe.run("replay", "a")
    assert (replayed.code, "same as a" in replayed.out) == (0, True), replayed.out


def test_after_a_kill_what_was_sent_is_told_and_never_sent_again(lathe: Lathe) -> None:
    _shop(lathe)
    begin = (
        "import time\nfrom lathe.tools.shop import get_price, sell, sold\n"
        "price = get_price.later('tea')\nprice.result()\n"
        "tea = sell.later('tea')\nwhile not sold(): time.sleep(0.05)\n"
        "word = lathe.ask_model.later('Say a word.')"
    )
    take = (
        "got = lathe.gather(price, tea, lathe.subtask(3), return_exceptions=True)\n"
        "lathe.answer(f'{got[0]} {got[1].code} {got[2]}')"
    )
    # The question and the coordinator's next turn: neither is answered.
    with ModelServer(Code(begin), then=Silence()) as server:
        user = lathe.having(**server.variables)
        ask = ("ask", "Sell it", "-m", MODEL, "-s", "s", "--quiet")
        killed_when(user, "s", "turn_started", 3, *ask)
    assert (lathe.project / "sold").read_text() == "tea\n"
    listed = json.loads(lathe.run("subtasks", "s", "--json").out)
    assert [one["status"] for one in listed] == ["complete", "open", "open"]

    class Words(ModelServer):
        """Knows the subtask by what it is told."""

        def line(self, index: int, request: dict[str, object]) -> Code | Text:
            return (
                Text("heron")
                if "Say a word." in json.dumps(request) and "sell" not in json.dumps(request)
                else Code(take)
            )

    with Words() as server:
        done = lathe.having(**server.variables).run("resume", "s", "--quiet")
    assert (done.code, done.out) == (0, "{'tea': 3.5} unknown_outcome heron\n"), done
    assert "not repeated: shop/sell (subtask://2)" in done.err
    assert (lathe.project / "sold").read_text() == "tea\n"
    with closing(sqlite3.connect(lathe.session("s") / "journal.sqlite")) as journal:
        (count,) = journal.execute(
            "SELECT count(*) FROM event WHERE kind = 'background_started' "
            "AND json_extract(data, '$.kind') = 'tool'"
        ).fetchone()
    assert count == 2
    assert lathe.run("sessions", "check", "s").code == 0
