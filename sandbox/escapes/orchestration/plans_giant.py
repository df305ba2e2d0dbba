"""Makes a plan of too many steps, too long, too deep, too dear, with numbers beyond all bounds.

Denial: Denied
"""

call = lathe._channel.call
agent = {"name": "worker", "instructions": "Say done.", "returns": None, "model": None}
step = {"name": "one", "task": "say it", "agent": agent, "needs": [], "required": True}
deep = "x"
for _ in range(40):
    deep = [deep]
accents = "e" + "\u0301" * 1_000_000


def planned(*steps, **more):
    plan = {"goal": "words", "strategy": "parallel", "share": False, **more}
    return call("plan", {**plan, "steps": list(steps)})


chain = [{**step, "name": f"s{n}", "needs": [f"s{(n + 1) % 9}"]} for n in range(9)]
try_all(
    lambda: planned(*[{**step, "name": f"s{n}"} for n in range(51)]),
    lambda: planned(step, step),
    lambda: planned(*chain),
    lambda: planned({**step, "task": "x" * 3_000_000}),
    lambda: planned({**step, "task": "x" * 30_000_000}),
    lambda: planned({**step, "task": accents}),
    lambda: planned({**step, "agent": {**agent, "instructions": accents}, "fallback": {"name": accents}}),
    lambda: planned(step, goal=accents),
    lambda: planned(step, goal=" "),
    lambda: planned({**step, "needs": deep}),
    lambda: planned({**step, "name": deep}),
    lambda: planned({**step, "talk": deep}),
    lambda: planned(step, strategy=deep),
    lambda: planned(step, plan=10**6),
    lambda: planned(step, plan=-1),
    lambda: planned(step, reopened=deep),
    *[
        lambda tokens=tokens: planned({**step, "budget": {"tokens": tokens}})
        for tokens in (10**9, 2**62, -1, "1e999", True, deep)
    ],
    lambda: planned({**step, "budget": {"usd": 10**12}}),
    lambda: planned({**step, "max_turns": 10**9}),
    lambda: planned({**step, "complexity": "endless"}),
    lambda: planned(),
    errors=(lathe.LatheError, ValueError, OverflowError),
)
