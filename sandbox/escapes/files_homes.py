"""Looks into the home folders of the host.

Denial: Denied
"""

try_all(
    lambda: os.listdir("/root"),
    lambda: os.listdir("/home"),
    lambda: read("/root/.ssh/id_rsa"),
    lambda: read("/root/.aws/credentials"),
)
