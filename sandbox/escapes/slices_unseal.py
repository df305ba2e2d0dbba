"""Sends a slice that it could change afterwards.

Denial: LatheError
"""

from lathe_kernel import serving
import gc

channel = next(o for o in gc.get_objects() if type(o).__name__ == "Channel" and hasattr(o, "call"))
descriptor = os.memfd_create("open", os.MFD_ALLOW_SEALING)
os.write(descriptor, b"data")
channel.call("delegate", {"items": []}, [descriptor])
