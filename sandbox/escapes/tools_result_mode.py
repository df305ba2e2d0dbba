"""Changes mode, times and attributes of a long result that lathe keeps.

Denial: Denied
"""

reply = lathe.tools._channel.call(
    "tool_call", {"server": "shop", "name": "long", "arguments": {"item": "x"}}
)
file = reply.descriptors[0]
path = f"/proc/self/fd/{file}"
try_all(
    lambda: os.fchmod(file, 0o777),
    lambda: os.fchmod(file, 0),
    lambda: os.chmod(path, 0),
    lambda: os.chmod(path, 0o777),
    lambda: os.utime(file),
    lambda: os.utime(path),
    lambda: os.fchown(file, os.getuid(), os.getgid()),
    lambda: os.setxattr(file, "user.lathe", b"x"),
    lambda: os.setxattr(path, "user.lathe", b"x"),
)
