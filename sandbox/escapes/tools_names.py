"""Names tools and servers so that a rule for another one would fit, or a path leads elsewhere.

Denial: Denied
"""

call = lathe.tools._channel.call
names = [
    ("shop/look/..", "forbidden"), ("shop", "look/../forbidden"), ("shop", "forbidden\x00look"),
    ("shop", " forbidden"), ("shop", "forbidden "), ("SHOP", "forbidden"), ("shop", "Forbidden"),
    ("shop", "f\u043erbidden"), ("shop", "forbidden\u200b"), ("", "shop/forbidden"),
    ("shop/forbidden", ""), ("../tools/shop", "forbidden"), ("/etc", "passwd"), ("shop.py", "look"),
    ("*", "forbidden"), ("shop", "*"), ("shop", "forb*"), ("s" * 10_000, "look"), ("shop", 7),
    (None, "forbidden"), (["shop"], "forbidden"), ("shop", "_noted"), ("shop", "__class__"),
]
ways = [
    lambda server=server, name=name, one=one: call(
        one, {"server": server, "name": name, "arguments": {"text": "x"}}
    )
    for server, name in names
    for one in ("tool", "tool_call")
]
try_all(*ways, errors=(lathe.LatheError,))
