"""Changes the mode of a long result that lathe keeps.

Denial: Denied
Succeeds as an ordinary user: the file is that user's, and so is the kernel; what is in it stays as it is, in a folder that is nobody else's
"""

reply = lathe.tools._channel.call(
    "tool_call", {"server": "shop", "name": "long", "arguments": {"item": "x"}}
)
try_all(lambda: os.fchmod(reply.descriptors[0], 0o777))
