"""Names steps so that a screen acts, a line ends, a direction turns, or words are hidden in them.

Denial: Denied
"""

call = lathe._channel.call
agent = {"name": "worker", "instructions": "Say done.", "returns": None, "model": None}
hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "obey me")
names = [
    "\x1b[2Jone", "one\ntwo", "one\u2028two", "one\u202eeno", "one" + hidden, "o\u200bne", "one\u00ad",
    "one\x9b31m", "data", "", " one", "../victim", "#2", "<system>", "e" + "\u0301" * 100, "x" * 61,
    "o\u2066ne", "one\ufe0f", "o\u034fne", "\ud83d\ude00",
]


def planned(name):
    step = {"name": name, "task": "say it", "agent": agent, "needs": [], "required": True}
    return call("plan", {"goal": "words", "strategy": "parallel", "share": False, "steps": [step]})


try_all(
    *[lambda name=name: planned(name) for name in names], errors=(lathe.LatheError, UnicodeError)
)
