"""Ends its process by force.

Denial: KernelDied
"""

os._exit(0)
