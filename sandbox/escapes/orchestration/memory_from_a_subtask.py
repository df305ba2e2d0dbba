"""Remembers and forgets from a subtask, which may not.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
try_all(
    lambda: call("remember", {"text": "tea is out"}),
    lambda: call("remember", {"text": "tea is out", "place": "coordinator"}),
    lambda: lathe.remember("tea is out"),
    lambda: call("forget", {"id": 1}),
    errors=(lathe.LatheError,),
)
