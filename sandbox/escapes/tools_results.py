"""Writes into a long result that lathe keeps, and reaches others from its descriptor.

Denial: Denied
"""

reply = lathe.tools._channel.call(
    "tool_call", {"server": "shop", "name": "long", "arguments": {"item": "x"}}
)
file = reply.descriptors[0]
path = f"/proc/self/fd/{file}"
kept = reply.value["file"]
try_all(
    lambda: os.write(file, b"planted"),
    lambda: os.ftruncate(file, 0),
    lambda: os.open(path, os.O_RDWR),
    lambda: os.open(path, os.O_WRONLY | os.O_TRUNC),
    lambda: os.open("..", os.O_RDONLY, dir_fd=file),
    lambda: os.listdir(os.path.dirname(os.readlink(path))),
    lambda: os.open(os.readlink(path), os.O_RDONLY),
    lambda: read(target["work"] + "/" + kept),
    lambda: read(target["work"] + "/../" + kept),
    lambda: os.link(path, "result", follow_symlinks=True),
)
