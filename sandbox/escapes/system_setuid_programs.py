"""Runs programs that would make it root elsewhere.

Denial: Denied
Roles: session
"""

import glob
import stat
import subprocess

programs = [p for p in glob.glob("/usr/bin/*") if os.stat(p).st_mode & stat.S_ISUID]


def effective(program):
    # The dynamic linker shows with whose rights a program of that file runs.
    done = subprocess.run([program, "--version"], capture_output=True, timeout=20, stdin=subprocess.DEVNULL)
    privileges = open("/proc/self/status").read()
    if "NoNewPrivs:\t1" in privileges and "CapBnd:\t0000000000000000" in privileges:
        raise PermissionError(f"{program} gains nothing: {done.returncode}")


try_all(*[lambda p=p: effective(p) for p in programs or ["/usr/bin/true"]])
