"""Prints sequences that act on a terminal.

Denial: bounded
"""

print("\x1b]0;owned\x07\x1b[2J\x9b31m\x1b]52;c;aGk=\x07\u202e\r\x08")
"\x1b[31mresult\x1b]8;;http://example.com\x07"
