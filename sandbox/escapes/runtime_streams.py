"""Takes standard output and error away.

Denial: bounded
"""

import sys

sys.stdout = sys.stderr = sys.__stdout__ = None
os.close(1)
os.close(2)
