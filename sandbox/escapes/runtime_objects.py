"""Takes apart the objects by which the kernel answers.

Denial: KernelDied
"""

import json

json.dumps = json.loads = None
