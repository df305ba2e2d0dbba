"""Begins in the background what may not be begun there, too much of it, and what is refused in a cell.

Denial: Denied
"""

call = lathe._channel.call
tool = {"call": "tool_call", "arguments": {"server": "shop", "name": "write", "arguments": {}}}
question = {"call": "ask_model", "arguments": {"prompt": "x"}}
names = ["delegate", "plan", "answer", "note", "send", "begin", "save_function", "specialist", "roundtable", "rollback", "branch"]
try_all(
    *[lambda name=name: call("begin", {"calls": [{"call": name, "arguments": {}}]}) for name in names],
    lambda: call("begin", {"calls": []}),
    lambda: call("begin", {"calls": [question] * 1_001}),
    lambda: call("begin", {"calls": [{**question, "arguments": {"prompt": "x" * 50_000}}]}),
    lambda: call("begin", {"calls": [{**question, "arguments": {"prompt": "e" + "\u0301" * 1_000_000}}]}),
    lambda: call("begin", {"calls": [question, {"call": "plan", "arguments": {}}]}),
    lambda: call("begin", {"calls": [{"call": "ask_model"}]}),
    lambda: call("begin", {"calls": question}),
    lambda: call("background_finished", {"id": 1, "value": 1}),
    lambda: lathe.tools.shop.write(text="x"),
    lambda: lathe.tools.shop.write.later(text="x").result(),
    errors=(lathe.LatheError, AttributeError, ImportError),
)
