"""Raises its own limits.

Denial: Denied
"""

import resource

kinds = (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)
try_all(*[lambda k=k: resource.setrlimit(k, (resource.getrlimit(k)[1] + 1,) * 2) for k in kinds])
