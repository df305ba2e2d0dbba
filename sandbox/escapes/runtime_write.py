"""Changes the program and the Python that kernels run.

Denial: Denied
"""

import lathe_kernel

try_all(
    lambda: write(lathe_kernel.__file__),
    lambda: write("/lathe/lathe-kernel"),
    lambda: write("/venv/bin/python3"),
    lambda: write("/venv/lib/python3.11/site-packages/planted.pth"),
    lambda: os.unlink("/venv/pyvenv.cfg"),
    lambda: write("/usr/lib/planted"),
)
