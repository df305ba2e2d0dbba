"""Calls a tool that a rule denies, and one that the user says no to, as code does and past it.

Denial: Denied
"""

call = lathe.tools._channel.call
request = {"server": "shop", "name": "forbidden", "arguments": {"text": "x"}}
try_all(
    lambda: lathe.tools.shop.forbidden("x"),
    lambda: lathe.tools.shop.refused("x"),
    lambda: call("tool_call", request),
    lambda: call("tool_call", {**request, "name": "refused"}),
    lambda: call("tool_call", {**request, "name": "refused"}),
    errors=(lathe.LatheError,),
)
