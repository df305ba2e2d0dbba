"""Code in a kernel calls tools: by rule, with the user's word, and in a replay without them."""

import json

from tests_program.program import Lathe

_SHOP = '''"""What the shop knows."""


def get_price(item: str) -> dict[str, float]:
    """Look a price up."""
    return {item: 3.5}


def sell(item: str, count: int = 1) -> str:
    """Sell something. \x1b]0;a title\x07"""
    return f"sold {count} {item}"


def fail(reason: str) -> str:
    """Fail."""
    raise ValueError(reason)


def repeat(text: str, count: int) -> str:
    """Repeat a text."""
    return text * count
'''
_SELL = "from lathe.tools.shop import sell\nprint(sell('tea', count=3))\nprint(sell('tea'))"


def _shop(lathe: Lathe, rules: list[str] | None = None, **project: list[str]) -> None:
    (lathe.project / "tools").mkdir()
    (lathe.project / "tools" / "shop.py").write_text(_SHOP)
    settings = lathe.home / "config" / "lathe"
    settings.mkdir(parents=True)
    (settings / "lathe.json").write_text(json.dumps({"tools": {"allow": rules or []}}))
    (lathe.project / "lathe.json").write_text(json.dumps({"tools": project}))
    assert lathe.run("tools", "allow", "shop", "--yes").code == 0


def test_what_rules_allow_is_called_and_everything_is_in_the_journal(lathe: Lathe) -> None:
    _shop(lathe, ["shop/get_*", "shop/repeat", "shop/fail"], allow=["shop/*"])
    done = lathe.run(
        "exec",
        "--session=a",
        """
import lathe.tools.shop as shop
print(shop, shop.get_price("tea"), len(shop.repeat("ab", 200_000)))
try: shop.fail(reason="closed today")
except lathe.ToolError as error: print(error)
try: shop.get_price(1)
except lathe.LatheError as error: print(error)
""",
    )
    assert done.code == 0, done
    assert done.out.splitlines() == [
        "<lathe.tools.shop: fail, get_price, repeat, sell> {'tea': 3.5} 400000",
        "shop.fail: Error executing tool fail",
        "shop: the arguments['item'] do not fit get_price: 1 is not of type 'string' "
        "→ it takes: item",
    ]
    # A project's own file, which may have come with a clone, allows nothing.
    refused = lathe.run("exec", "--session=a", "lathe.tools.shop.sell('tea')")
    assert "shop/sell may change something, and there is nobody to ask" in refused.err
    used = [event.data for event in lathe.events("a") if event.kind == "tool_used"]
    assert [(use["tool"], use["ground"], use["isError"]) for use in used] == [
        ("get_price", "rule", False),
        ("repeat", "rule", False),
        ("fail", "rule", True),
    ]
    # A long result is kept as a file, and mapped into the kernel from there.
    kept = [
        event.data["value"]
        for event in lathe.events("a")
        if event.kind == "host_answered" and "file" in (event.data.get("value") or {})
    ]
    file = lathe.project / ".lathe/sessions/a" / kept[0]["file"]
    assert json.loads(file.read_text())["structured"]["result"] == "ab" * 200_000

    assert lathe.run("sessions", "check", "a").code == 0
    # Offline, from the recording alone.
    (lathe.project / "tools" / "shop.py").unlink()
    replayed = lathe.run("replay", "a")
    assert (replayed.code, "same as a" in replayed.out) == (0, True), replayed.out
    file.unlink()
    checked = lathe.run("sessions", "check", "a")
    assert (checked.code, kept[0]["file"] in checked.out) == (1, True)


def test_what_is_denied_is_denied_whatever_else_is_allowed(lathe: Lathe) -> None:
    _shop(lathe, ["*/*"], deny=["shop/se*"])
    done = lathe.run("exec", "--session=a", _SELL)
    assert (done.code, 'denied by "shop/se*" in lathe.json' in done.err) == (1, True)
    gone = lathe.run("exec", "--session=a", "from lathe.tools.nowhere import x")
    assert "there is no server 'nowhere' → there are: shop" in gone.err


def test_on_a_terminal_the_cell_waits_for_the_user(lathe: Lathe) -> None:
    _shop(lathe)
    with lathe.on_terminal("exec", "--session=a", _SELL) as run:
        run.wait_for(r"Allow it\? .*no: ")
        assert "cell 1 calls shop/sell, which may change something" in run.text
        assert '"item": "tea"' in run.text
        run.check()
        run.press("what\n")
        run.wait_for("Say y, s, a or n.")
        run.press("s\n")
        assert run.end() == 0
    assert "sold 3 tea" in run.text
    assert "sold 1 tea" in run.text
    assert run.text.count("Allow it?") == 2
    # The answer holds in the next run of the session, and not in another session.
    assert lathe.run("exec", "--session=a", _SELL).out == "sold 3 tea\nsold 1 tea\n"
    with lathe.on_terminal("exec", "--session=b", _SELL) as run:
        run.wait_for(r"Allow it\? .*no: ")
        run.press("y\n")
        run.wait_for(r"Allow it\? .*no: ")
        run.press("n\n")
        assert run.end() == 1
    assert "the user said no to shop/sell with these arguments" in " ".join(run.text.split())
    with lathe.on_terminal("exec", "--session=b", _SELL) as run:
        run.wait_for(r"Allow it\? .*no: ")
        run.press("\x03")
        assert run.end() == 130
    asked = [one for name in "ab" for one in lathe.events(name, "tool_decided")]
    assert [one.data["answer"] for one in asked] == ["session", "once", "no", "nobody"]
