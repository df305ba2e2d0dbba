"""Lets an exception and its notes act on a terminal.

Denial: RuntimeError
"""

error = RuntimeError("\x1b]52;c;aGk=\x07\x9b31m\u202e\r\x08\x1b]0;owned\x07")
error.add_note("\x1b[2J\x1b]8;;http://example.com\x07")
raise error
