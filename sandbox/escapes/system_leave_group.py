"""Leaves its process group, to live on when the kernel is ended.

Denial: Denied
"""

import subprocess
import sys

ways = [lambda: os.setpgid(0, 0), lambda: os.setsid()]
child = os.fork()
if child == 0:
    try:
        os.setsid()
    except OSError:
        os._exit(0)
    os._exit(1)
if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
    raise Escaped("a child of the kernel made a session of its own")
try_all(*ways, lambda: subprocess.run(["/usr/bin/true"], start_new_session=True), errors=(OSError, subprocess.SubprocessError))
