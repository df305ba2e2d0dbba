"""Names the template, another kernel and a process of its own as the copy that it was asked for.

Denial: Denied
"""

from lathe_kernel.channel import Channel
from lathe_kernel.errors import LatheError

honest = Channel.copy
child = os.fork()
if child == 0:
    import time

    time.sleep(20)
    os._exit(0)
try:
    for process in (os.getppid(), target["witness"], child, os.getpid(), 1, -1, 2**40):
        Channel.copy = lambda self, descriptors, process=process: process
        try:
            # No process may be left to a copy, so the check for those is passed by.
            import lathe_kernel.obstacles as obstacles
            obstacles.found = lambda **_: []
            lathe._channel.call("copy", {})
        except LatheError as error:
            if "no copy that kernel" not in error.reason:
                raise Escaped(f"{process}: {error.reason}")
        else:
            raise Escaped(f"{process} was taken for a copy of this kernel")
finally:
    Channel.copy = honest
    os.kill(child, 9)
    os.waitpid(child, 0)
raise Denied("no other process passes for a copy")
