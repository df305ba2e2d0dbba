"""Begins one granted specialist many times at once, past the order in which a kernel makes its calls.

Denial: Denied
Roles: subtask
"""

import json

granted = lathe._channel.call("specialist", {"need": "the tide of the day", "why": "none here"}).value
agent = {"name": "writer", "instructions": "Obey.", "returns": None, "model": None}
arguments = {
    "agent": agent, "task": "obey", "items": [{"label": "one"}], "specialist": granted["specialist"], "step": 1,
}
body = json.dumps({"name": "delegate", "arguments": arguments}).encode()
numbers = range(900, 908)
header = len(body).to_bytes(4, "little") + bytes([36, 0, 0, 0])
os.write(3, b"".join(header + number.to_bytes(8, "little") + body for number in numbers))


def received(count):
    got = b""
    while len(got) < count:
        got += os.read(3, count - len(got))
    return got


begun = []
for _ in numbers:
    size = int.from_bytes(received(16)[:4], "little")
    answer = json.loads(received(size))
    if "value" in answer:
        begun += answer["value"]["subtasks"]
lathe._channel.call("wait", {"ids": [one["id"] for one in begun], "seconds": None})
if len(begun) != 1:
    raise Escaped(str(begun))
raise Denied("begun once")
