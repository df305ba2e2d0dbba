"""Hands a tool a hundred megabytes, and what is just too much.

Denial: Denied
"""

call = lathe.tools._channel.call


def called(size):
    request = {"server": "shop", "name": "write", "arguments": {"text": "x" * size}}
    return call("tool_call", request)


try_all(
    lambda: called(100_000_000),
    lambda: called(20_000_000),
    lambda: called(5_000_000),
    errors=(lathe.LatheError,),
)
