"""Uses a server that the user did not allow, by import, by name, and through one that is allowed.

Denial: Denied
"""

import importlib

call = lathe.tools._channel.call
try_all(
    lambda: importlib.import_module("lathe.tools.hidden"),
    lambda: lathe.tools.hidden.look("x"),
    lambda: call("tools", {"server": "hidden"}),
    lambda: call("tool", {"server": "hidden", "name": "look"}),
    lambda: call("tool_call", {"server": "hidden", "name": "look", "arguments": {"item": "x"}}),
    lambda: lathe.tools.shop.hidden,
    errors=(lathe.LatheError, ImportError, AttributeError),
)
