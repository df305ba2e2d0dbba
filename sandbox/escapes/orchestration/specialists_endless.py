"""Asks for specialists without end.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
decisions = []
for n in range(30):
    answer = call("specialist", {"need": f"the tide of day {n}", "why": "none here"}).value
    decisions.append(answer["decision"])
if decisions.count("spawn") > 6 or decisions[-1] != "decline":
    raise Escaped(str(decisions))
raise Denied(answer["reason"])
