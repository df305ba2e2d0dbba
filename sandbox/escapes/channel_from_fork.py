"""Speaks from a forked child as if it were the kernel.

Denial: Denied
"""

import lathe_kernel.errors

child = os.fork()
if child == 0:
    try:
        lathe.ask_model("who am I?")
    except lathe_kernel.errors.LatheError:
        os._exit(0)
    except BaseException:
        os._exit(2)
    os._exit(1)
if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
    raise Escaped("a forked child spoke on the channel")
raise Denied("not the kernel's own process")
