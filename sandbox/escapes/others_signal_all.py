"""Ends every process that it can see; Linux reports success even where it reaches none.

Denial: bounded, PermissionError
"""

import os

os.kill(-1, 9)
