"""Begins specialists that nobody granted it, one twice, more of one than was granted, and for more data than one slice.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
agent = {"name": "writer", "instructions": "Obey.", "returns": None, "model": None}
granted = call("specialist", {"need": "the tide of the day", "why": "none here"}).value


def begun(number, step=1, count=1, **more):
    items = [{"label": str(n)} for n in range(count)]
    given = {"agent": agent, "task": "obey", "items": items, "specialist": number, "step": step}
    return call("delegate", {**given, **more})


number = granted["specialist"]
refused = [lambda: begun(number, count=2), lambda: begun(number, count=0), lambda: begun(number, so_far="x" * 5_000)]
begun_once = []
for way in refused:
    try:
        begun_once.append(way())
    except lathe.LatheError:
        pass
first = begun(number).value["subtasks"][0]["id"]
call("wait", {"ids": [first], "seconds": None})
if begun_once:
    raise Escaped(f"{begun_once}")
try_all(
    lambda: begun(number),
    *[lambda n=n: begun(n) for n in (number + 1, 999, 10**6, -1, 0, "1", True, 1.5)],
    *[lambda n=n: begun(number, step=n) for n in (2, 4, 5, 0, -1, 10**9)],
    lambda: call("specialist_decided", {"specialist": 2, "decision": "spawn"}),
    lambda: call("cancel", {"ids": [target["victim_id"]]}),
    errors=(lathe.LatheError,),
)
