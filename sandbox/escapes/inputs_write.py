"""Changes the user's data.

Denial: Denied
"""

path = target["input"]
try_all(
    lambda: write(path),
    lambda: os.truncate(path, 0),
    lambda: os.unlink(path),
    lambda: os.rename(path, path + "2"),
    lambda: os.chmod(path, 0o777),
)
