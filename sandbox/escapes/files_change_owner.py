"""Gives files away.

Denial: PermissionError
"""

write("mine")
os.chown("mine", 0, 0)
