"""Handles page faults itself, as many exploits need.

Denial: OSError
"""

system_call(323, 1)
