"""Changes a slice in this kernel, and with it what the sender has.

Denial: bounded
Roles: subtask
"""

import numpy

array = data if isinstance(data, numpy.ndarray) else data.to_numpy()
array.flags.writeable = True
array[:] = 0
ctypes.memset(array.ctypes.data, 0, array.nbytes)
