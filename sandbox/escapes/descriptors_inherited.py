"""Uses descriptors that the kernel was started with by mistake.

Denial: Denied
"""

found = []
for number in range(4096):
    try:
        found.append((number, os.readlink(f"/proc/self/fd/{number}")))
    except OSError:
        continue
allowed = ("/dev/null", "pipe:", "socket:", "anon_inode:")
own = (os.environ["HOME"], "/tmp", "/memfd")
strange = [f for f in found if not f[1].startswith(allowed) and not f[1].startswith(own)]
first = [f[0] for f in found[:4]]
if strange or first != [0, 1, 2, 3] or not found[0][1].startswith("/dev/null"):
    raise Escaped(repr(found))
raise Denied(repr(found))
