"""Reads the user's data in a subtask that was given none of it.

Denial: PermissionError
Roles: subtask
"""

read(target["input"])
