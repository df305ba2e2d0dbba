"""Hands on data that is another's: by the index of a memory file that did not come, by the name of another's result.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
agent = {"name": "worker", "instructions": "Say done.", "returns": None, "model": None}


def delegated(descriptors):
    manifest = {"descriptors": descriptors, "layout": "pickle5", "type": "list", "bytes": 1}
    items = [{"label": "one", "manifest": {**manifest, "pickle": [[0, 0, 1]], "buffers": []}}]
    return call("delegate", {"agent": agent, "task": "look", "items": items})


step = {"name": "one", "task": "look", "agent": agent, "required": True}
plan = {"goal": "look", "strategy": "parallel", "share": False}
try_all(
    *[
        lambda found=found: delegated(found)
        for found in ([0], [3], [-1], [2**62], list(range(500)), [], ["0"], [True], None, {})
    ],
    *[
        lambda needs=needs: call("plan", {**plan, "steps": [{**step, "needs": needs}]})
        for needs in (["victim"], ["coordinator/victim"], ["one"], ["data"], ["subtask://1"])
    ],
    lambda: call("plan", {**plan, "steps": [{**step, "needs": [], "by": "victim"}]}),
    *[
        lambda name=name: call("take_data", {"id": name})
        for name in ("coordinator/victim:1", "coordinator:1", "coordinator/attacker:1", "1", "")
    ],
    errors=(lathe.LatheError,),
)
