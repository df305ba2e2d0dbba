"""Takes apart the objects by which the kernel answers.

Denial: KernelDied
"""

import json

from lathe_kernel import channel

json.dumps = json.loads = None
channel.encoded = None
