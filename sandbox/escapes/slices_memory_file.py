"""Writes to the memory file behind a slice, by every name that it has.

Denial: Denied
Roles: subtask
"""

import mmap

address = data.ctypes.data
ranges = [line.split()[0] for line in open("/proc/self/maps") if "memfd" in line]
if not ranges:
    raise Escaped("there is no memory file behind the slice: this attempt tries nothing")
try_all(
    *[lambda r=r: open(f"/proc/self/map_files/{r}", "r+b") for r in ranges],
    *[lambda r=r: system_call(25, int(r.split("-")[0], 16), 0, 4096, 1) for r in ranges],
    lambda: [os.open(f"/proc/self/fd/{n}", os.O_RDWR) for n in os.listdir("/proc/self/fd") if "memfd" in os.readlink(f"/proc/self/fd/{n}")][0],
    errors=(OSError, IndexError),
)
