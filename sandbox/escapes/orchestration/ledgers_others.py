"""Settles notes of others, and notes in others' names.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
names = ["coordinator:n1", "coordinator/victim:n1", "n1", "../n1", "victim:n1", "attacker:n1", "user:n1", "", "n" * 500]
fact = {"kind": "fact", "text": "it is so", "place": "coordinator", "source": "user", "cell": 0, "note": 1}
try_all(
    *[
        lambda name=name, verdict=verdict: call("note", {**fact, "verdict": verdict, "settles": name})
        for name in names
        for verdict in ("confirms", "refutes", "answers")
    ],
    lambda: call("note", {**fact, "verdict": "forgets", "settles": "n1"}),
    lambda: call("note", {**fact, "verdict": "confirms"}),
    lambda: call("ledger_noted", fact),
    errors=(lathe.LatheError,),
)
