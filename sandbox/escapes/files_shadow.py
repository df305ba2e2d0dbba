"""Reads the password hashes of the host.

Denial: PermissionError, FileNotFoundError
"""

read("/etc/shadow")
