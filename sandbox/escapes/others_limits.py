"""Changes the limits of a sibling and of the template.

Denial: Denied
"""

import struct

generous = ctypes.create_string_buffer(struct.pack("QQ", 1 << 40, 1 << 40))
strict = ctypes.create_string_buffer(struct.pack("QQ", 0, 0))
address = lambda buffer: ctypes.addressof(buffer)
try_all(
    *[
        lambda p=p, b=b, r=r: system_call(302, p, r, address(b), 0)
        for p in (target["witness"], os.getppid(), 1, os.getpid())
        for r, b in ((2, generous), (7, strict))
        if p != os.getpid() or b is generous
    ]
)
